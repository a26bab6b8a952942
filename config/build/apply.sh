#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: apply.sh TREE
#        apply.sh -u STAMP TREE
# Puts osconf into the busybox source tree TREE: applet/ (its sources as
# networking/osconf/, its manual page into docs/, its tests into testsuite/) and
# patches/ in their order. A tree that the patches don't fit is left as it was.
# TREE's configuration is not touched.
# -u: only brings what is from applet/ up to date; touches STAMP if it wasn't.
set -eu

project=$(cd "$(dirname "$0")/../.." && pwd)

die() {
	echo "apply.sh: $*" >&2
	exit 1
}

# Where a file of applet/ goes
place_of() {
	case $1 in
	*.8) echo "docs/$1" ;;
	*.tests) echo "testsuite/$1" ;;
	*) echo "networking/osconf/$1" ;;
	esac
}

stamp=
copy_applet() { # TO_TREE
	mkdir -p "$1/networking/osconf" "$1/docs" "$1/testsuite"
	for file in "$project"/applet/*.[ch8] "$project"/applet/*.src "$project"/applet/*.tests; do
		to=$1/$(place_of "${file##*/}")
		cmp -s "$file" "$to" || {
			[ -z "$stamp" ] || touch "$stamp"
			cp "$file" "$to"
		}
	done
	for file in "$1"/networking/osconf/*.[ch] "$1"/networking/osconf/*.src; do
		[ -e "$project/applet/${file##*/}" ] || {
			[ -z "$stamp" ] || touch "$stamp"
			rm "$file"
		}
	done
}

if [ "${1-}" = -u ]; then
	stamp=$2
	shift 2
fi
tree=${1-}
[ -n "$tree" ] || die "which busybox source tree? Try: make apply TREE=dir"
[ -d "$tree" ] || die "$tree: there is no such directory"
for file in Makefile include/applets.src.h scripts/gen_build_files.sh networking/Config.src; do
	[ -f "$tree/$file" ] || die "$tree: this is no busybox source tree, it has no $file"
done

if [ -n "$stamp" ]; then
	[ -e "$stamp" ] || touch "$stamp"
	copy_applet "$tree"
	exit
fi
[ ! -e "$tree/networking/osconf" ] || die "$tree: osconf is in this tree already (networking/osconf/); nothing was changed"

# All is made ready in a scratch directory of the tree itself, so that moving
# it into its place can't fail half way for lack of space
scratch=$(mktemp -d "$tree/.osconf.XXXXXX") || die "$tree: can't be written"
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$scratch/tree" "$scratch/applet"

patched=$(sed -n 's|^[-+][-+][-+] [ab]/\([^	]*\).*|\1|p' "$project"/patches/*.patch | sort -u)
for file in $patched; do
	mkdir -p "$scratch/tree/$(dirname "$file")"
	[ ! -e "$tree/$file" ] || cp -p "$tree/$file" "$scratch/tree/$file"
done

run_patch() { # FILE [OPTION...]
	file=$1
	shift
	patch -d "$scratch/tree" -p1 -F0 -N -f -s -r - --no-backup-if-mismatch "$@" <"$file"
}

# Patches of one number are the same change for different releases: the one
# that fits is taken
apply_patch() { # NUMBER
	: >"$scratch/log"
	misfits=
	for patch in "$project/patches/$1"-*.patch; do
		if run_patch "$patch" --dry-run >>"$scratch/log" 2>&1; then
			run_patch "$patch"
			return
		fi
		misfits="$misfits patches/${patch##*/}"
	done
	grep -v -e '^|' -e '^--' -e '^The text' "$scratch/log" >&2 || :
	die "$tree: this tree does not take$misfits; it was left as it was"
}

for number in $(cd "$project/patches" && printf '%s\n' *.patch | cut -d- -f1 | uniq); do
	apply_patch "$number"
done
copy_applet "$scratch/applet"

trap '' HUP INT TERM
for file in $patched; do
	! cmp -s "$scratch/tree/$file" "$tree/$file" || continue
	[ -f "$scratch/tree/$file" ] || continue
	mkdir -p "$tree/$(dirname "$file")"
	mv -f "$scratch/tree/$file" "$tree/$file"
done
mkdir -p "$tree/docs" "$tree/testsuite"
mv -f "$scratch"/applet/docs/* "$tree/docs/"
mv -f "$scratch"/applet/testsuite/* "$tree/testsuite/"
mv "$scratch/applet/networking/osconf" "$tree/networking/osconf"
