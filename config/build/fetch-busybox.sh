#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: fetch-busybox.sh [-d] VERSION FILE
# Gets busybox's release tarball into FILE, from the first of these that has
# it: $BUSYBOX_TARBALL (the file, or a directory of such files), FILE itself, the
# project's own cache, busybox.net, the Debian source package (which carries the
# same tarball) through the machine's own apt sources. Whatever comes has to have
# the sum in busybox.sha256, or, for a release that is not there, $BUSYBOX_SHA256.
# -d: Debian's changes to that release instead, the debian.tar.xz of its source
# package, for which apt vouches.
set -eu

part="tar"
if [ "${1-}" = -d ]; then
	part="diff"
	shift
fi
here=$(cd "$(dirname "$0")" && pwd)
version=$1
file=$2
name=busybox-$version.tar.bz2
cache=$here/../../build/cache/$name
. "$here/apt.sh"

say() {
	echo "fetch-busybox.sh: $*" >&2
}

die() {
	say "$@"
	exit 1
}

sum=$(sed -n "s/  $name\$//p" "$here/busybox.sha256")
sum=${sum:-${BUSYBOX_SHA256-}}
[ -n "$sum" ] || die "busybox $version: config/build/busybox.sha256 has" \
	"$(sed 's/.*busybox-\(.*\)\.tar\.bz2/\1/' "$here/busybox.sha256" | xargs);" \
	"for another release, give the sum of its tarball: BUSYBOX_SHA256=…"

has_sum() {
	[ "$(sha256sum <"$1")" = "$sum  -" ]
}

# Whole or not at all
keep() {
	cp "$1" "$file.part" && mv "$file.part" "$file"
}

mkdir -p "$(dirname "$file")"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

# A machine without network is to go on soon
from_url() {
	if command -v curl >/dev/null; then
		curl -fsSL --connect-timeout 5 --speed-limit 1000 --speed-time 10 -o "$2" "$1"
	elif command -v wget >/dev/null; then
		wget -q -T 10 --connect-timeout=5 --dns-timeout=5 -t 1 -O "$2" "$1"
	else
		echo "neither curl nor wget is on this machine" >&2
		return 1
	fi
}

# The suites that have, or had, one of the releases, newest first
from_debian_source() {
	command -v apt-get >/dev/null || {
		echo "apt-get is not on this machine"
		return 1
	}
	for suite in sid forky trixie bookworm; do
		write_sources "$suite" "$scratch/$suite"
		for source in "$scratch/$suite"/*; do
			[ -f "$source" ] || continue
			! from_source "$source" || return 0
		done
	done
	return 1
}

from_source() (
	rm -rf "$scratch/apt"
	private_apt "$scratch/apt" <<-END
		Dir::Etc::SourceList "$1";
		Dir::Etc::SourceParts "/dev/null";
		Acquire::Retries "0";
		Acquire::http::Timeout "15";
		Acquire::https::Timeout "15";
		Acquire::Check-Valid-Until "false";
		APT::Update::Error-Mode "any";
	END
	apt-get -q update || return 1
	debian_version=$(apt-cache showsrc busybox |
		sed -nE "s/^Version: (([0-9]+:)?$version-[^-]*)\$/\1/p" | head -n 1)
	[ -n "$debian_version" ] || return 1
	cd "$scratch/apt" || return 1
	apt-get -q source --download-only "--$part-only" "busybox=$debian_version" || return 1
	mv "busybox_$version"* "$scratch/$name"
)

take_if_right() { # FROM
	[ -f "$scratch/$name" ] || return 1
	if has_sum "$scratch/$name"; then
		keep "$scratch/$name"
		exit
	fi
	say "$1: what came is not $name: its sha256 is not $sum; not kept"
	rm -f "$scratch/$name"
}

if [ "$part" = diff ]; then
	[ ! -f "$file" ] || exit 0
	from_debian_source >"$scratch/log" 2>&1 || die "Debian's changes to $version could not be had"
	keep "$scratch/$name"
	exit
fi

given=${BUSYBOX_TARBALL-}
if [ -d "$given" ]; then
	given=
	[ ! -f "$BUSYBOX_TARBALL/$name" ] || given=$BUSYBOX_TARBALL/$name
fi
if [ -n "$given" ]; then
	[ -f "$given" ] || die "BUSYBOX_TARBALL=$given: there is no such file"
	has_sum "$given" || die "BUSYBOX_TARBALL=$given: this is not $name: its sha256 is not $sum"
	keep "$given"
	exit
fi
for have in "$file" "$cache"; do
	[ -f "$have" ] || continue
	if has_sum "$have"; then
		[ "$have" = "$file" ] || keep "$have"
		exit
	fi
	say "$have: its sha256 is not $sum; not used"
done

say "getting $name from busybox.net"
from_url "https://busybox.net/downloads/$name" "$scratch/$name" >"$scratch/log" 2>&1 || {
	tail -n 1 "$scratch/log" >&2
	rm -f "$scratch/$name"
}
take_if_right busybox.net || :
say "getting $name from Debian's source package"
from_debian_source >"$scratch/log" 2>&1 || grep '^[EW]:' "$scratch/log" | tail -n 2 >&2 || :
take_if_right "Debian's source package" || :
die "$name could not be had. Get it by other means and type: make BUSYBOX_TARBALL=/path/to/$name"
