#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: packages.sh PROGRAM ARCH DIR
# Makes packages of the static PROGRAM, which is for ARCH, in DIR:
#   osconf_VERSION-1_amd64.deb                Debian 12 and later
#   osconf-VERSION-r0.alpine-ARCH.apk         Alpine (v2, which apk-tools 2 and 3 read)
#   osconf_VERSION-1_ARCH.ipk                 OpenWrt 23.05, 24.10
#   osconf-VERSION-r1.openwrt-ARCH.apk        OpenWrt 25.12 (v3)
# What needs a tool that is not there is left out, and named. Installing one of them
# never runs osconf: it runs at the next boot.
set -eu
umask 022
export LC_ALL=C

project=$(cd "$(dirname "$0")/../.." && pwd)
program=$1
arch=$2
out=$3
. "$project/config/release/origin.sh"
files=$project/config/release/packages
recipes=$project/config/recipes
# Who makes the packages: MAINTAINER='NAME <ADDRESS>'
author=${MAINTAINER:-osconf <osconf@osconf.invalid>}
busybox=$(sed -n 's/^BUSYBOX_VERSION ?= //p' "$project/Makefile")
about="host name, password and network of a custom image on Alibaba Cloud"

# What Debian and OpenWrt call it; of OpenWrt's targets, x86/64 and armsr/armv8
case $arch in
x86_64) debian_arch=amd64 openwrt_arch=x86_64 ;;
aarch64) debian_arch=arm64 openwrt_arch=aarch64_generic ;;
*)
	echo "packages.sh: $arch: x86_64 or aarch64" >&2
	exit 1
	;;
esac

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$out"

can() { # TOOL PACKAGE
	command -v "$1" >/dev/null || {
		echo "packages.sh: $2 is left out: $1 is not on this machine" >&2
		return 1
	}
}

# A text with this version's values in it
fill() { # FILE MODE TO
	install -D -m "$2" /dev/null "$3"
	sed "s|@VERSION@|$version|; s|@BUSYBOX@|$busybox|; s|@AUTHOR@|$author|; s|@ARCH@|$debian_arch|
		s|@SIZE@|$(du -sk --apparent-size "$scratch" | cut -f1)|; s|@START@|${START-}|" "$1" >"$3"
}

squeeze() { # FILE TO
	install -D -m 644 /dev/null "$2"
	gzip -9nc "$1" >"$2"
}

# Everything has the time of the commit
set_times() { # DIR
	find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# A tar as OpenWrt's and Alpine's tools make it: all is root's
root_tar() { # DIR TAR'S-ARGUMENT...
	dir=$1
	shift
	tar -C "$dir" --sort=name --owner=root:0 --group=root:0 --mtime="@$SOURCE_DATE_EPOCH" "$@"
}

make_deb() {
	can dpkg-deb "Debian's package" || return 0
	tree=$scratch/deb
	doc=$tree/usr/share/doc/osconf
	install -D -m 755 "$program" "$tree/usr/sbin/osconf"
	install -D -m 644 "$recipes/debian/osconf.service" "$tree/usr/lib/systemd/system/osconf.service"
	install -D -m 755 "$recipes/debian/osconf.init" "$tree/etc/init.d/osconf"
	squeeze "$project/applet/osconf.8" "$tree/usr/share/man/man8/osconf.8.gz"
	squeeze "$project/.github/CHANGELOG.md" "$doc/changelog.gz"
	printf '%s\n' "osconf ($version-1) stable; urgency=medium" "" "  * This release; changelog.gz has its changes." "" \
		" -- $author  $(date -u -R -d "@$SOURCE_DATE_EPOCH")" "" |
		cat - "$files/debian/changelog" >"$scratch/changelog"
	squeeze "$scratch/changelog" "$doc/changelog.Debian.gz"
	fill "$files/debian/copyright" 644 "$doc/copyright"
	install -D -m 644 "$files/debian/lintian-overrides" "$tree/usr/share/lintian/overrides/osconf"
	fill "$files/debian/control" 644 "$tree/DEBIAN/control"
	install -m 755 "$files/debian/postinst" "$files/debian/postrm" "$tree/DEBIAN/"
	echo /etc/init.d/osconf >"$tree/DEBIAN/conffiles"
	(cd "$tree" && find usr -type f | sort | xargs md5sum) >"$tree/DEBIAN/md5sums"
	set_times "$tree"
	# with more threads, xz has other bytes
	DPKG_DEB_THREADS_MAX=1 dpkg-deb -Zxz --root-owner-group --build "$tree" "$out/osconf_$version-1_$debian_arch.deb" >/dev/null
}

# What OpenWrt's packages of both formats have in them
openwrt_tree() { # DIR
	install -D -m 755 "$program" "$1/sbin/osconf"
	install -D -m 755 "$recipes/openwrt/files/etc/init.d/osconf" "$1/etc/init.d/osconf"
	install -D -m 644 "$files/openwrt/keep" "$1/lib/upgrade/keep.d/osconf"
	START=$(sed -n 's/^START=//p' "$recipes/openwrt/files/etc/init.d/osconf")
	fill "$files/openwrt/postinst" 755 "$scratch/scripts/postinst"
	fill "$files/openwrt/prerm" 755 "$scratch/scripts/prerm"
}

make_ipk() {
	tree=$scratch/ipk
	openwrt_tree "$tree/data"
	mkdir "$tree/control" "$tree/all"
	cp "$scratch/scripts/postinst" "$scratch/scripts/prerm" "$tree/control"
	cat >"$tree/control/control" <<-END
		Package: osconf
		Version: $version-1
		License: GPL-2.0-only
		Section: base
		Architecture: $openwrt_arch
		Installed-Size: $(stat -c %s "$program")
		Maintainer: $author
		Description: $about
	END
	echo 2.0 >"$tree/all/debian-binary"
	for part in data control; do
		root_tar "$tree/$part" --format=gnu -cf - . | gzip -9n >"$tree/all/$part.tar.gz"
	done
	root_tar "$tree/all" --format=gnu -cf - ./debian-binary ./data.tar.gz ./control.tar.gz |
		gzip -9n >"$out/osconf_$version-1_$openwrt_arch.ipk"
}

make_openwrt_apk() {
	can apk "OpenWrt's package for 25.12" || return 0
	as_root=
	[ "$(id -u)" = 0 ] || as_root="unshare -r"
	tree=$scratch/owrt
	openwrt_tree "$tree"
	set_times "$tree"
	$as_root chown -R 0:0 "$tree"
	$as_root apk mkpkg --files "$tree" --output "$scratch/osconf.apk" \
		--info "name:osconf" --info "version:$version-r1" --info "description:$about" --info "arch:$openwrt_arch" \
		--info "license:GPL-2.0-only" --info "origin:osconf" --info "maintainer:$author" \
		--script "post-install:$scratch/scripts/postinst" --script "pre-deinstall:$scratch/scripts/prerm" || {
		echo "packages.sh: OpenWrt's package for 25.12 is left out: this apk does not make packages (apk-tools 3 does)" >&2
		return 0
	}
	install -m 644 "$scratch/osconf.apk" "$out/osconf-$version-r1.openwrt-$openwrt_arch.apk"
}

# A segment of Alpine's format: a tar without an end, of files each with its sum
# in a header of its own, which GNU tar writes only where it has something to say
# itself: the time of access. The files come from stdin
alpine_segment() { # DIR
	while read -r file; do
		sum=
		[ ! -f "$1/$file" ] || sum="APK-TOOLS.checksum.SHA1:=$(sha1sum <"$1/$file" | cut -d' ' -f1),"
		touch -a -d "@$SOURCE_DATE_EPOCH" "$1/$file"
		root_tar "$1" --format=posix --no-recursion -b 1 -cf - \
			--pax-option="${sum}exthdr.name=%d/PaxHeaders/%f,delete=ctime,delete=mtime" "$file" | head -c -1024
	done
}

make_alpine_apk() {
	tree=$scratch/alpine
	install -D -m 755 "$program" "$tree/data/sbin/osconf"
	install -D -m 755 "$recipes/alpine/osconf.initd" "$tree/data/etc/init.d/osconf"
	squeeze "$project/applet/osconf.8" "$tree/data/usr/share/man/man8/osconf.8.gz"
	(cd "$tree/data" && find . -mindepth 1 | sed 's,^\./,,' | sort) >"$tree/names"
	{ alpine_segment "$tree/data" <"$tree/names"; head -c 1024 /dev/zero; } | gzip -9n >"$tree/data.tar.gz"
	mkdir "$tree/control"
	install -m 755 "$files/alpine/post-install" "$tree/control/.post-install"
	install -m 755 "$files/alpine/pre-deinstall" "$tree/control/.pre-deinstall"
	cat >"$tree/control/.PKGINFO" <<-END
		pkgname = osconf
		pkgver = $version-r0
		pkgdesc = $about
		url = https://busybox.net/
		builddate = $SOURCE_DATE_EPOCH
		packager = $author
		size = $(cd "$tree/data" && find . -type f -exec cat {} + | wc -c)
		arch = $arch
		origin = osconf
		maintainer = $author
		license = GPL-2.0-only
		datahash = $(sha256sum <"$tree/data.tar.gz" | cut -d' ' -f1)
	END
	printf '%s\n' .PKGINFO .post-install .pre-deinstall | alpine_segment "$tree/control" | gzip -9n >"$tree/control.tar.gz"
	cat "$tree/control.tar.gz" "$tree/data.tar.gz" >"$out/osconf-$version-r0.alpine-$arch.apk"
}

make_deb
make_alpine_apk
make_ipk
make_openwrt_apk
