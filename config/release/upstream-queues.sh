#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: upstream-queues.sh TREE...
# Applies osconf on top of what others patch in busybox. TREE: a checkout, or an
# unpacked git archive, of Buildroot, OpenWrt, OpenEmbedded-Core or aports. Its
# patches are applied as it does it itself, osconf's without fuzz. A line for
# each TREE; exit 1 if one of them doesn't take osconf.
# BUSYBOX_TREES=DIR: busybox's sources are DIR/VERSION; what is not there is
# got by unpack-busybox.sh, by way of CACHE= (build/cache).
set -eu

project=$(cd "$(dirname "$0")/../.." && pwd)
: "${CACHE:=$project/build/cache}"
[ $# -gt 0 ] || {
	echo "upstream-queues.sh: which trees? Try: make upstream-queues TREE=\"path/to/buildroot path/to/openwrt\"" >&2
	exit 2
}

scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/queues.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

# The tree's system, busybox's version in it, its patches in their order
look_at() { # TREE
	if [ -f "$1/package/busybox/busybox.mk" ]; then
		system=Buildroot
		version=$(sed -n 's/^BUSYBOX_VERSION *= *//p' "$1/package/busybox/busybox.mk")
		queue=$(ls "$1"/package/busybox/*.patch)
	elif [ -f "$1/package/utils/busybox/Makefile" ]; then
		system=OpenWrt
		version=$(sed -n 's/^PKG_VERSION:=//p' "$1/package/utils/busybox/Makefile")
		queue=$(ls "$1"/package/utils/busybox/patches/*.patch)
	elif [ -d "$1/meta/recipes-core/busybox" ]; then
		system=OpenEmbedded
		recipe=$(ls "$1"/meta/recipes-core/busybox/busybox_*.bb)
		version=${recipe##*_}
		version=${version%.bb}
		queue=$(named_in "$recipe" 's,.*file://\([^ ;"]*\.patch\).*,\1,p' \
			"$1/meta/recipes-core/busybox/busybox" "$1/meta/recipes-core/busybox/files")
	elif [ -f "$1/main/busybox/APKBUILD" ]; then
		system=Alpine
		version=$(sed -n 's/^pkgver=//p' "$1/main/busybox/APKBUILD")
		queue=$(named_in "$1/main/busybox/APKBUILD" '/^source=/,/^"$/s/^[[:space:]]*\([^ "]*\.patch\).*/\1/p' "$1/main/busybox")
	else
		return 1
	fi
}

# The patches that a recipe names, each in the first of these directories that has it
named_in() { # RECIPE SED-SCRIPT DIR...
	sed -n "$2" "$1" >"$scratch/names"
	shift 2
	while read -r name; do
		for dir; do
			[ ! -f "$dir/$name" ] || break
		done
		echo "$dir/$name"
	done <"$scratch/names"
}

busybox_source() { # VERSION
	rm -rf "$scratch/tree"
	if [ -d "${BUSYBOX_TREES:-/nowhere}/$1" ]; then
		cp -R "$BUSYBOX_TREES/$1" "$scratch/tree"
	else
		"$project/config/build/unpack-busybox.sh" "$1" "$CACHE" "$scratch/tree"
	fi
}

result_of() { # TREE
	look_at "$1" || {
		echo "neither Buildroot, OpenWrt, OpenEmbedded-Core nor aports"
		return 1
	}
	busybox_source "$version" >"$scratch/log" 2>&1 || {
		echo "$system $version: its source is missing"
		return 1
	}
	number=0
	for patch in $queue; do
		patch -d "$scratch/tree" -p1 -f -s <"$patch" >"$scratch/log" 2>&1 || {
			echo "$system $version: its own ${patch##*/} does not apply"
			return 1
		}
		number=$((number + 1))
	done
	"$project/config/build/apply.sh" "$scratch/tree" >"$scratch/log" 2>&1 || {
		echo "$system $version: $number patches, osconf does not apply"
		return 1
	}
	echo "$system $version: $number patches, osconf applies"
}

for tree; do
	: >"$scratch/log"
	result_of "$tree" >"$scratch/result" || {
		failed=1
		sed 's/^/    /' "$scratch/log" >>"$scratch/result"
	}
	sed "1s|\$| ($tree)|" "$scratch/result"
done
exit $failed
