# shellcheck shell=sh disable=SC2034,SC2154
# An image in any of the platform's formats -> a raw disk that the other tools
# read: $disk (its file), $size (bytes), $format.
# Bytes are compared in $(( )): busybox's test may have 32 bits

# COUNT bytes at OFFSET of a file, in hexadecimal
hex_at() { # FILE OFFSET COUNT
	dd if="$1" bs=1 skip="$2" count="$3" 2>/dev/null | od -An -v -tx1 | tr -d ' \n'
}

# A big-endian number there; empty if it has more than 60 bits, which nothing in
# an image needs
number_at() { # FILE OFFSET COUNT
	number=$(hex_at "$1" "$2" "$3")
	case $number in
	'' | [1-9a-f]???????????????) ;;
	*) echo $((0x$number)) ;;
	esac
}

mebibytes() {
	echo $(($1 >> 20))
}

# Returns 1 after a verdict if there is no disk to read. Everything goes by a
# name of ours: those of images may look like an option or an address to a tool
open_image() { # FILE
	disk=$work/disk format=raw
	if [ ! -r "$1" ]; then
		unchecked "$1: $([ -e "$1" ] && echo "can't be read" || echo "not there")"
		return 1
	fi
	if [ -b "$1" ]; then
		ln -s "$1" "$disk"
		has_tool blockdev && size=$(blockdev --getsize64 "$disk" 2>/dev/null) && return
		unchecked "the size of $1 can't be found out"
		return 1
	fi
	if [ ! -f "$1" ]; then
		unchecked "$1: neither a file, nor a disk, nor a directory"
		return 1
	fi
	ln -s "$1" "$work/image"
	size=$(wc -c <"$1")
	magic=$(hex_at "$work/image" 0 8)
	case $magic in
	514649fb*) open_qcow2 ;;
	636f6e6563746978) open_vhd ;; # conectix
	4b444d56*) open_vmdk ;;       # KDMV
	23204469736b2044 | 434f5744*)
		broken "a VMDK in several files: qemu-img convert -O qcow2 makes one of them"
		return 1
		;;
	7668647866696c65)
		broken "VHDX, which the platform does not take: qemu-img convert -O qcow2"
		return 1
		;;
	1f8b* | fd377a585a00* | 28b52ffd* | 425a68* | 504b0304*)
		broken "a compressed file: unpack it (a QCOW2 is small by itself)"
		return 1
		;;
	*)
		# a fixed VHD is a raw disk with a footer
		if [ $((size > 512)) = 1 ] && [ "$(hex_at "$work/image" $((size - 512)) 8)" = 636f6e6563746978 ]; then
			format="VHD (fixed)" size=$((size - 512))
		fi
		ln -s "$1" "$disk"
		;;
	esac
}

# "QEMU's qcow2 specification", docs/interop/qcow2.rst: what else an image may
# name must not be read
open_qcow2() {
	format=QCOW2
	if [ "$(number_at "$work/image" 8 8)" != 0 ]; then
		broken "a QCOW2 with a backing file, which the platform has not got: qemu-img convert -O qcow2 makes it whole"
		return 1
	fi
	if [ "$(number_at "$work/image" 4 4)" != 2 ] && [ $((0x0$(hex_at "$work/image" 79 1) & 4)) != 0 ]; then
		broken "a QCOW2 with its data in another file: qemu-img convert -O qcow2 makes it whole"
		return 1
	fi
	size=$(number_at "$work/image" 24 8)
	convert qcow2
}

# "Virtual Hard Disk Image Format Specification": a copy of the footer is first
open_vhd() {
	format="VHD (dynamic)"
	if [ "$(number_at "$work/image" 60 4)" != 3 ]; then
		broken "a differencing VHD, which needs its parent: qemu-img convert -O vpc makes it whole"
		return 1
	fi
	size=$(number_at "$work/image" 48 8)
	convert vpc
}

# "Virtual Disk Format 5.0": capacity (of sectors), and the descriptor's place;
# all little-endian
open_vmdk() {
	format=VMDK
	capacity=$(hex_at "$work/image" 12 8 | sed 's/\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)/\8\7\6\5\4\3\2\1/')
	dd if="$work/image" bs=512 count=64 2>/dev/null | tr '\0' '\n' >"$work/descriptor"
	case $capacity in
	000000*[1-9a-f]*) ;;
	*)
		broken "a VMDK without data of its own: qemu-img convert -O qcow2"
		return 1
		;;
	esac
	if ! grep -q '^parentCID=ffffffff' "$work/descriptor"; then
		broken "a VMDK that needs its parent: qemu-img convert -O qcow2 makes it whole"
		return 1
	fi
	size=$((0x$capacity * 512))
	convert vmdk
}

# Into a sparse file: what the image has not got takes no space, and no time.
# A size that no disk has is not tried
convert() { # QEMU'S-NAME-OF-THE-FORMAT
	if [ -z "$size" ] || [ $((size > size_max)) = 1 ]; then
		broken "$format of ${size:-more than 2^60} bytes: it has to be $((size_max >> 30)) GiB at most"
		return 1
	fi
	if ! has_tool qemu-img; then
		unchecked "$(cat "$work/trouble"); nothing else is checked"
		return 1
	fi
	limited qemu-img check -q -f "$1" "$work/image" >"$work/log" 2>&1
	case $? in
	0 | 3 | 63) ;; # no error; blocks that nothing uses; not for this format
	*)
		broken "the $format is damaged or cut off: $(first_line "$work/log")"
		return 1
		;;
	esac
	if ! limited qemu-img convert -f "$1" -O raw "$work/image" "$disk" >"$work/log" 2>&1; then
		if grep -q 'No space' "$work/log"; then
			unchecked "no space in ${work%/*}: name a directory with more in TMPDIR"
		else
			broken "the $format can't be read: $(first_line "$work/log")"
		fi
		return 1
	fi
}

# Without the version that debugfs begins with
first_line() { # FILE
	sed -n '/^debugfs [0-9]/d; /./{p;q;}' "$1"
}
