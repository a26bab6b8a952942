#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: BUILD=DIR ARCH=ARCH kernel.sh
# The kernel of an image that is to be passed on, where make-image.sh looks for it: the
# one that is there, if its source can be had; else the newest of the same branch of which
# both package and source can be. An archive may list versions whose files it does not
# have. An image with another kernel is removed, so that it is made again.
set -eu
umask 022
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC2034
top=$here/../..
. "$here/../build/apt.sh"
. "$here/../build/package.sh"
sources=$BUILD/cache/sources
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

# SOURCE VERSION PACKAGE, the newest first: all of the branch that the metapackage is of
candidates() {
	behind=$(package_behind "linux-image-cloud-$debian_arch")
	branch=$(echo "$behind" | sed -n 's/^\(linux-image-[0-9]*\.[0-9]*\)\..*/\1/p')
	[ -n "$branch" ] || return 0
	# shellcheck disable=SC2046
	apt-cache show $(apt-cache pkgnames "$branch." | grep -E "^$branch\.[^-]*(-[0-9]+)?-cloud-$debian_arch\$") | awk '
		/^Package: / { package = $2 }
		/^Version: / { version = $2 }
		/^Built-Using: linux/ { source = $2; sub(/[),].*/, "", $4); of = $4 }
		/^$/ && source != "" { print version, source, of, package; source = "" }' |
		sort -u | sort -Vr | cut -d' ' -f2-
}

# Takes lines from the list until one's package is there, too
take_newest() {
	while chosen=$("$here/sources.sh" -1 "$sources" <"$scratch/candidates") && [ -n "$chosen" ]; do
		rm -f "$cache/kernel.contents"
		if get_package "${chosen##* }" kernel; then
			ln -f "$cache"/kernel/boot/vmlinuz-* "$cache/kernel/vmlinuz"
			return
		fi
		awk -v tried="$chosen" 'seen; $0 == tried { seen = 1 }' "$scratch/candidates" >"$scratch/rest"
		mv "$scratch/rest" "$scratch/candidates"
	done
	return 1
}

get_lists
get_kernel
cut -f5,6 --output-delimiter=' ' "$cache/kernel.contents" >"$scratch/wanted"
if [ -z "$("$here/sources.sh" -1 "$sources" <"$scratch/wanted")" ]; then
	candidates >"$scratch/candidates"
	if take_newest; then
		echo "kernel.sh: $ARCH: the source of $(cat "$scratch/wanted") can't be had; taken: ${chosen% *}" >&2
	else
		echo "kernel.sh: $ARCH: there is no kernel whose source can be had" >&2
		get_kernel
	fi
fi
grep -qsxF "$(cat "$cache/kernel.contents")" "$BUILD/image/osconf-$ARCH.contents" ||
	rm -f "$BUILD/image/osconf-$ARCH.raw"
