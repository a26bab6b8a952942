#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: dist.sh DIR CACHE
# Makes in DIR what image builders take:
#   busybox/RELEASE/0001-*.patch  applet and changes in one, for each release in
#                                 $RELEASES; else for each in busybox.sha256
#                                 whose source can be had
#   buildroot/ openwrt/ yocto/ alpine/ debian/  the recipes, patches and all
#   check/                        osconf-check, and its manual
#   osconf.config osconf.8 osconf-*.tar.gz sha256sums
# CACHE: directory of busybox's tarballs.
set -eu

project=$(cd "$(dirname "$0")/../.." && pwd)
dist=$1
cache=$2
author=$(sed -n 's/^From: //p' "$project"/patches/*.patch | sort -u)
. "$project/config/release/origin.sh"
patch=0001-osconf-new-applet.patch

umask 022
rm -rf "$dist"
mkdir -p "$dist"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

# The message of the whole: why there is such an applet, then what each change
# of the series says
message() {
	cat <<-EOF
		From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001
		From: $author
		Date: $date
		Subject: [PATCH] osconf: new applet

		Sets host name, root's password, network cards, routes and name servers of an
		image that runs on Alibaba Cloud as "Customized Linux", from
		aliyun_custom_image/os.conf on the first partition. Version $name.

		It comes with these changes:
	EOF
	sed -n 's/^Subject: \[PATCH[^]]*\] /- /p' "$project"/patches/*.patch | uniq
	# OpenEmbedded refuses a patch without
	printf '\nUpstream-Status: Pending\n---\n'
}

patch_for() { # RELEASE
	"$project/config/build/unpack-busybox.sh" "$1" "$cache" "$scratch/a" || {
		echo "dist.sh: $1 is left out: its source is missing" >&2
		[ -z "${RELEASES-}" ] || exit 1
		return 0
	}
	cp -a "$scratch/a" "$scratch/b"
	"$project/config/build/apply.sh" "$scratch/b"
	(
		message
		cd "$scratch"
		# diff ends with 1 where there are differences. Its dates would
		# make each build another
		diff -Nurp a b | sed -E '/^diff -Nurp/d; s/^((---|\+\+\+) [^\t]*)\t.*/\1/' || :
	) | name_new_files >"$scratch/$patch"
	install -D -m 644 "$scratch/$patch" "$dist/busybox/$1/$patch"
	rm -rf "$scratch/a" "$scratch/b"
}

# git am wants a line "diff --git", and to be told that a file is new
name_new_files() {
	awk '
		/^--- a\// { from = $0; next }
		from != "" && /^\+\+\+ b\// {
			name = substr($0, 7)
			print "diff --git a/" name " b/" name
			getline hunk
			if (hunk ~ /^@@ -0,0 /) {
				print "new file mode " (name ~ /\.tests$/ ? "100755" : "100644")
				from = "--- /dev/null"
			}
			print from
			print
			print hunk
			from = ""
			next
		}
		{ print }'
}

# The options of the applet and of the patches, as kconfig reads them
options() {
	sed -n 's,^+*//config:,,p' "$project"/applet/*.c "$project"/patches/*.patch
}

# The same as OpenWrt wraps busybox's: each with a prefix, and with a default of
# its own
openwrt_options() {
	options | awk '
		/^config / { name = $2; $0 = "\nconfig BUSYBOX_CONFIG_" name }
		/^\tdefault / { $0 = "\tdefault BUSYBOX_DEFAULT_" name }
		/^\t(select|depends on) / { gsub(/[A-Z][A-Z0-9_]+/, "BUSYBOX_CONFIG_&") }
		{ print }'
}

# Where osconf.config says nothing else, that of the option itself
openwrt_defaults() {
	options | awk '/^config / { name = $2 } /^\tdefault / { print name, $2 }' | while read -r option default; do
		! grep -q "^CONFIG_$option=y" "$project/config/kconfig/dist.config" || default=y
		printf '\nconfig BUSYBOX_DEFAULT_%s\n\tbool\n\tdefault %s\n' "$option" "$default"
	done
}

for release in ${RELEASES:-$(sed -n 's/.*busybox-\(.*\)\.tar\.bz2/\1/p' "$project/config/build/busybox.sha256")}; do
	patch_for "$release"
done
install -m 644 "$project/config/kconfig/dist.config" "$dist/osconf.config"
install -m 644 "$project/applet/osconf.8" "$dist/"

# Where each system looks for patch and options; osconf-check is for all
cp -R "$project/config/check" "$project"/config/recipes/* "$dist/"
mkdir "$dist/buildroot/patches"
cp -R "$dist/busybox" "$dist/buildroot/patches/"
cp "$dist/osconf.config" "$dist/buildroot/"
cp -R "$dist/busybox" "$dist/yocto/meta-osconf/recipes-core/busybox/"
cp "$dist/osconf.config" "$dist/yocto/meta-osconf/recipes-core/busybox/busybox/osconf.cfg"
openwrt_options >"$dist/openwrt/Config.in"
openwrt_defaults >"$dist/openwrt/Config-defaults.in"

make_source "$scratch/source"
pack "$scratch/source" "osconf-$name" | gzip -9n >"$dist/osconf-$name.tar.gz"
(cd "$dist" && find . -type f | sed 's,^\./,,' | LC_ALL=C sort | xargs sha256sum) >"$scratch/sums"
install -m 644 "$scratch/sums" "$dist/sha256sums"
