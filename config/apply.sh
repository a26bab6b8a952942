#!/bin/sh
# Usage: apply.sh TREE
#        apply.sh -u STAMP TREE
# Puts osconf into the busybox source tree TREE: applet/ as networking/osconf/
# and patches/ in their order. A tree that the patches don't fit is left as it
# was. TREE's configuration is not touched.
# -u: only brings networking/osconf/ up to date with applet/; touches STAMP if
# it wasn't.
set -eu

project=$(cd "$(dirname "$0")/.." && pwd)

die() {
	echo "apply.sh: $*" >&2
	exit 1
}

stamp=
copy_applet() { # TO_DIR
	for file in "$project"/applet/*.[ch] "$project"/applet/*.src; do
		cmp -s "$file" "$1/${file##*/}" || {
			[ -z "$stamp" ] || touch "$stamp"
			cp "$file" "$1/"
		}
	done
	for file in "$1"/*.[ch] "$1"/*.src; do
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
	copy_applet "$tree/networking/osconf"
	exit
fi
[ ! -e "$tree/networking/osconf" ] || die "$tree: osconf is in this tree already (networking/osconf/); nothing was changed"

# All is made ready in a scratch directory of the tree itself, so that moving
# it into its place can't fail half way for lack of space
scratch=$(mktemp -d "$tree/.osconf.XXXXXX") || die "$tree: can't be written"
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$scratch/osconf" "$scratch/tree"

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
copy_applet "$scratch/osconf"

trap '' HUP INT TERM
for file in $patched; do
	! cmp -s "$scratch/tree/$file" "$tree/$file" || continue
	[ -f "$scratch/tree/$file" ] || continue
	mkdir -p "$tree/$(dirname "$file")"
	mv -f "$scratch/tree/$file" "$tree/$file"
done
mv "$scratch/osconf" "$tree/networking/osconf"
