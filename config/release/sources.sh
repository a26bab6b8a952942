#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: sources.sh CACHE OUT CONTENTS...
#        sources.sh -1 CACHE
# The corresponding sources of what is published: CONTENTS, as make-image.sh
# leaves them, name Debian's source packages, which are fetched into CACHE by the
# machine's own package manager, which vouches for them. OUT gets busybox's tarball,
# the Debian sources, and SOURCES: name, version, file, sha256. A pool keeps only
# current versions: run it when the image is made. What can't be had is named, and
# is an error: without its source, an image may not be passed on.
# -1: of the lines NAME VERSION... in stdin, prints the first whose source is in CACHE now.
set -eu
umask 022

here=$(cd "$(dirname "$0")" && pwd)
first=
if [ "$1" = -1 ]; then
	first=yes
	shift
fi
cache=$1
. "$here/../build/apt.sh"

mkdir -p "$cache"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

list_file() { # NAME VERSION FILE
	printf '%s\t%s\t%s\t%s\n' "$1" "$2" "${3##*/}" "$(sha256sum <"$3" | cut -d' ' -f1)" >>"$scratch/list"
}

take() { # NAME VERSION FILE...
	name=$1 version=$2
	shift 2
	for file; do
		cp "$file" "$out/"
		list_file "$name" "$version" "$file"
	done
}

# The machine's sources with deb-src, each with lists of its own: what one names and
# does not have, another may
lists() {
	[ -d "$scratch/parts" ] || write_sources '' "$scratch/parts"
	ls "$scratch/parts"
}

use_list() { # NAME
	if [ -d "$scratch/apt-$1" ]; then
		APT_CONFIG=$scratch/apt-$1/apt.conf
		return
	fi
	private_apt "$scratch/apt-$1" <<-END
		Dir::Etc::SourceList "$scratch/parts/$1";
		Dir::Etc::SourceParts "/dev/null";
	END
	apt-get -q update >"$scratch/log" 2>&1 || grep '^[EW]:' "$scratch/log" >&2
}

# Whole or not at all
fetch() { # NAME VERSION DIR
	for list in $(lists); do
		use_list "$list"
		rm -rf "$3.new"
		mkdir -p "$3.new"
		if (cd "$3.new" && apt-get -q source --download-only --only-source "$1=$2") >"$scratch/log" 2>&1; then
			mv "$3.new" "$3"
			return
		fi
	done
	rm -rf "$3.new"
	return 1
}

# The source package is in $dir, fetched now or before
have() { # NAME VERSION
	dir=$cache/${1}_$(echo "$2" | tr : _)
	[ -d "$dir" ] || fetch "$1" "$2" "$dir"
}

if [ -n "$first" ]; then
	while read -r name version rest; do
		if have "$name" "$version" </dev/null; then
			echo "$name $version${rest:+ $rest}"
			exit
		fi
	done
	exit
fi

out=$2
shift 2
mkdir -p "$out"
busybox=$(sed -n 's/^BUSYBOX_VERSION ?= //p' "$here/../../Makefile")
: >"$scratch/list"
take busybox "$busybox" "$cache/../busybox-$busybox.tar.bz2"
cut -f5,6 "$@" | sort -u >"$scratch/wanted"
missing=
while read -r name version; do
	if have "$name" "$version" </dev/null; then
		take "$name" "$version" "$dir"/*
	else
		missing="$missing $name ($version)"
	fi
done <"$scratch/wanted"
LC_ALL=C sort "$scratch/list" >"$out/SOURCES"
[ -z "$missing" ] || {
	echo "sources.sh: the sources of these could not be had:$missing" >&2
	exit 1
}
