#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: size.sh DIR TREE ARCH...
# What osconf costs, in bytes: as a program, and in a minimal image that has
# ifconfig, route, chpasswd, mount and findfs anyway; what the patches cost those
# who have osconf turned off; what the project has set itself; then by function.
# DIR/ARCH is what `make sized` left, TREE busybox's source tree. The tables are
# left in DIR/tables; with UPDATE=1 in tests/bench/README.md, too.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
dir=$1
tree=$2
shift 2
without=image-OSCONF
main=image-FEATURE_OSCONF
options=$(sed -n 's/^CONFIG_FEATURE_OSCONF_\([A-Z_]*\)=y/\1/p' "$here/../../config/kconfig/image.config")

sizes() { # ARCH CONFIGURATION
	size "$dir/$1/$2/busybox_unstripped" | awk 'NR == 2 { print $1, $2, $3 }'
}

stripped() { # ARCH CONFIGURATION
	wc -c <"$dir/$1/$2/busybox"
}

# Text and data
both() { # ARCH CONFIGURATION
	size "$dir/$1/$2/busybox_unstripped" | awk 'NR == 2 { print $1 + $2 }'
}

cost() { # ARCH CONFIGURATION
	echo $(($(both "$1" "$2") - $(both "$1" $without)))
}

# Of one option, where all the others are on
option_cost() { # ARCH OPTION
	echo $(($(cost "$1" image) - $(cost "$1" "image-OSCONF_$2")))
}

patch_cost() { # ARCH PATCH
	sed -n "s/^$2 //p" "$dir/$1/patches/sizes"
}

row() { # CELL...
	printf '| %s ' "$@"
	echo '|'
}

heading() { # CELL...
	echo
	row "$@"
	row "$@" | sed 's/[^|]\{1,\}/---/g'
}

program() { # CONFIGURATION NAME
	case $1 in
	osconf | "$without") cost= ;;
	*) cost=+$(cost "$arch" "$1") ;;
	esac
	# shellcheck disable=SC2046
	row "$2" $(sizes "$arch" "$1") "$(stripped "$arch" "$1")" "$cost"
}

programs() {
	heading "$arch" text data bss "stripped file" "text and data, for osconf"
	program osconf "\`osconf\` with all its options"
	program $without "minimal image without osconf"
	program $main "with osconf"
	program image "with all its options, too: \`busybox\`"
	for option in $options; do
		program "image-OSCONF_$option" "all but \`FEATURE_OSCONF_$option\`, which costs $(option_cost "$arch" "$option")"
	done
}

# What COMMAND says of each architecture
each() { # COMMAND ARGUMENT
	for arch in $arches; do
		"$1" "$arch" "$2"
	done
}

patches() {
	heading "patch, osconf turned off: text of busybox's defconfig" "$@"
	sed 's/ .*//' "$dir/$1/patches/sizes" | while read -r patch; do
		# shellcheck disable=SC2046
		row "$patch" $(each patch_cost "$patch")
	done
}

target() { # WHAT LIMIT COMMAND ARGUMENT
	what=$1 limit=$2
	shift 2
	values=$(each "$@")
	set --
	for value in $values; do
		set -- "$@" "$value, $([ "$value" -le "$limit" ] && echo met || echo MISSED)"
	done
	row "$what" "$limit" "$@"
}

targets() {
	heading target "at most" "$@"
	target "text and data for osconf without optional parts (x86_64)" 22528 cost $main
	target "text and data for osconf with all of them (x86_64)" 29184 cost image
	target "\`osconf\`, stripped file (x86_64)" 98304 stripped osconf
	target "text for the patches, osconf turned off (x86_64)" 256 patch_cost together
}

# Of the minimal image, before the linker drops what is said twice
files() { # ARCH
	echo
	echo "Text and data by file, $1, without optional parts:"
	size "$dir/$1/$main"/networking/osconf/*.o | awk 'NR > 1 { name = $6; sub(".*/", "", name); sub("o$", "c", name); print $4, name }' |
		sort -rn | awk '{ text = text sprintf("%s`%s` %d", NR > 1 ? ", " : "", $2, $1) } END { print text "." }' | fold -s -w 118
}

# The programs are the same to the byte wherever this compiler builds them
sums() {
	echo
	echo '```'
	for arch; do
		head -n 1 "$dir/$arch/.compiler"
		(cd "$dir" && sha256sum "$arch/osconf/busybox" "$arch/image/busybox") |
			sed 's|osconf/busybox$|osconf|; s|image/busybox$|busybox|'
	done
	echo '```'
}

arches=$*
{
	echo "${tree##*/}, musl, static, bytes:"
	for arch; do
		programs
	done
	patches "$@"
	targets "$@"
	files "$1"
	sums "$@"
} >"$dir/tables"
cat "$dir/tables"
for arch; do
	echo
	echo "$arch, by function:"
	python3 "$tree/scripts/bloat-o-meter" "$dir/$arch/$without/busybox_unstripped" "$dir/$arch/image/busybox_unstripped"
done
[ -z "${UPDATE-}" ] || "$here/readme.sh" size "$dir/tables"
