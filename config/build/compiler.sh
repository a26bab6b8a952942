#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: compiler.sh OBJECTS CC [HEADERS]
# Keeps OBJECTS/.compiler, which says what CC is. Is it another than it was,
# OBJECTS is emptied. HEADERS is made to lead to the machine's kernel headers.
set -eu

objects=$1
cc=$2
headers=${3-}

version=$($cc --version) || {
	echo "compiler.sh: $cc does not run; give another with CC= or CROSS_COMPILE=" >&2
	exit 1
}
version="$cc: $version"
[ ! -f "$objects/.compiler" ] || [ "$version" != "$(cat "$objects/.compiler")" ] || exit 0

rm -rf "$objects"
mkdir -p "$objects"
if [ -n "$headers" ]; then
	mkdir "$headers"
	# Debian's asm is under the name of the architecture
	multiarch=$($cc -print-multiarch)
	asm=/usr/include/$multiarch/asm
	[ -d "$asm" ] || asm=/usr/include/asm
	ln -s /usr/include/linux /usr/include/mtd /usr/include/asm-generic "$asm" "$headers"
fi
echo "$version" >"$objects/.compiler"
