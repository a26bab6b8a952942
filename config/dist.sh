#!/bin/sh
# Usage: dist.sh DIR CACHE
# Makes in DIR what image builders take: for each busybox release in
# busybox.sha256 one patch file with applet and changes, named as their systems
# want it, the kconfig fragment, the manual page, this source, and their sums.
# CACHE: directory of busybox's tarballs.
set -eu

project=$(cd "$(dirname "$0")/.." && pwd)
dist=$1
cache=$2
author=$(git -C "$project" log -1 --format='%an <%ae>' -- applet patches)
date=$(git -C "$project" log -1 --format=%aD -- applet patches)
version=$(git -C "$project" describe --always --dirty 2>/dev/null)

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

		Gives an image that runs on Alibaba Cloud as "Customized Linux" its identity:
		host name, root's password, network cards, routes and name servers, from
		aliyun_custom_image/os.conf on the first partition. Version $version.

		It comes with these changes:
	EOF
	sed -n 's/^Subject: \[PATCH[^]]*\] /- /p' "$project"/patches/*.patch | uniq
	echo "---"
}

patch_for() { # RELEASE
	"$project/config/fetch-busybox.sh" "$1" "$cache/busybox-$1.tar.bz2"
	mkdir "$scratch/a"
	bzip2 -dc "$cache/busybox-$1.tar.bz2" | tar -xf - -C "$scratch/a" --strip-components=1
	cp -a "$scratch/a" "$scratch/b"
	"$project/config/apply.sh" "$scratch/b"
	(
		message
		cd "$scratch"
		# diff ends with 1 where there are differences. Its dates would
		# make each build another
		diff -Nurp a b | sed -E '/^diff -Nurp/d; s/^((---|\+\+\+) [^\t]*)\t.*/\1/' || :
	) | name_new_files >"$dist/0001-osconf-new-applet.busybox-$1.patch"
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
				print "new file mode 100644"
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

sed -n 's/.*busybox-\(.*\)\.tar\.bz2/\1/p' "$project/config/busybox.sha256" >"$scratch/releases"
while read -r release; do
	patch_for "$release"
done <"$scratch/releases"
echo CONFIG_OSCONF=y >"$dist/osconf.config" # it selects what it needs
cp "$project/applet/osconf.8" "$dist/"
git -C "$project" archive --prefix="osconf-$version/" HEAD | gzip -9n >"$dist/osconf-$version.tar.gz"
(cd "$dist" && sha256sum -- * >sha256sums)
ls "$dist"
