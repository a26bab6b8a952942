#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: refresh-patches.sh VERSION CACHE
# Carries patches/ to another busybox release, whose sum is in busybox.sha256.
# What fits it without fuzz stays as it is. What fits with fuzz is made anew for
# it, with the same message; the old one stays as *.before-VERSION.patch if an
# older release needs it. What does not fit is named, with its hunks; those after it
# wait until it is mended.
# The figures in a message are those that were measured: see series.sh.
set -eu

project=$(cd "$(dirname "$0")/../.." && pwd)
version=$1
cache=$2

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
tree=$scratch/tree
failed=0

say() {
	echo "refresh-patches.sh: $*"
}

try() { # PATCH [OPTION...]
	patch=$1
	shift
	patch -d "$tree" -p1 -N -f -s -r - --no-backup-if-mismatch "$@" <"$patch" >"$scratch/log" 2>&1
}

in_git() {
	git -C "$tree" -c user.name=osconf -c user.email=osconf@localhost -c core.autocrlf=false -c commit.gpgsign=false "$@"
}

commit() {
	in_git add -Af
	in_git commit -qm "$1"
}

# The message stays as it is; diffstat and diff are those of the last commit
made_anew() { # PATCH
	sed '/^---$/q' "$1"
	in_git format-patch -1 --stdout --zero-commit --no-signature | sed '1,/^---$/d'
}

# True if an older release takes the series, as it is in patches/
all_take_it() {
	sed -n 's/.*busybox-\(.*\)\.tar\.bz2/\1/p' "$project/config/build/busybox.sha256" >"$scratch/releases"
	while read -r release; do
		[ "$release" != "$version" ] || continue
		[ -d "$scratch/$release" ] || "$project/config/build/unpack-busybox.sh" "$release" "$cache" "$scratch/$release" || return
		rm -rf "$scratch/applied"
		cp -a "$scratch/$release" "$scratch/applied"
		"$project/config/build/apply.sh" "$scratch/applied" 2>/dev/null || return
	done <"$scratch/releases"
}

refresh() { # PATCH
	name=${1##*/}
	old=${1%.patch}.before-${version%.0}.patch
	made_anew "$1" >"$scratch/new"
	cp "$1" "$scratch/old"
	cp "$scratch/new" "$1"
	if all_take_it; then
		say "$name: made anew"
	else
		cp "$scratch/old" "$old"
		say "$name: made anew; older releases take ${old##*/}"
	fi
}

# Patches of one number are the same change for different releases: the last
# one is for the newest
carry() { # NUMBER
	for candidate in "$project/patches/$1"-*.patch; do
		if try "$candidate" --dry-run -F0; then
			try "$candidate" -F0
			commit "$1"
			return
		fi
	done
	if ! try "$candidate" --dry-run; then
		say "${candidate##*/}: does not fit $version, mend it by hand:"
		sed 's/^/    /' "$scratch/log"
		failed=1
	elif [ $failed = 1 ]; then # what it changes may look otherwise then
		say "${candidate##*/}: left as it is, since one before it does not fit"
	else
		try "$candidate"
		commit "$1"
		refresh "$candidate"
	fi
}

"$project/config/build/unpack-busybox.sh" "$version" "$cache" "$tree"
git init -q "$tree"
commit "$version"
for number in $(cd "$project/patches" && printf '%s\n' *.patch | cut -d- -f1 | uniq); do
	carry "$number"
done
exit $failed
