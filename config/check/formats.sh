# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2012,SC2020,SC2034,SC2154,SC3045
# An image in any of the platform's formats -> a raw disk that the other tools
# read: $disk (its file), $size (bytes), $format.
# Bytes are compared in $(( )): busybox's test may have 32 bits

# What a file begins with, in hexadecimal, and what it is
other_format() { # 16-BYTES 4-BYTES-AT-64
	case $1 in
	7668647866696c65*) echo "VHDX, which the platform does not take: qemu-img convert -O qcow2" ;;
	1f8b* | fd377a585a00* | 28b52ffd* | 425a68* | 504b0304* | 377abcaf271c* | 04224d18*)
		echo "a compressed file: unpack it (a QCOW2 is small by itself)"
		;;
	51454400*) echo "QED, which the platform does not take: qemu-img convert -O qcow2" ;;
	576974686f75467265655370616365* | 576974686f757446726565537061636*)
		echo "a Parallels disk, which the platform does not take: qemu-img convert -O qcow2"
		;;
	4c554b53babe*) echo "LUKS: unlock it, and copy what is in it" ;;
	*) [ "$2" != 7f10dabe ] || echo "VDI, which the platform does not take: qemu-img convert -O qcow2" ;;
	esac
}

# Returns 1 after a verdict if there is no disk to read. Everything goes by a
# name of ours: those of images may look like an option or an address to a tool
open_image() {
	disk=disk format=raw
	if [ ! -r "$target" ]; then
		unchecked "$target: $([ -e "$target" ] && echo "can't be read" || echo "not there")"
		return 1
	fi
	if [ -b "$target" ]; then
		ln -s "$target" "$disk"
		has_tool blockdev && size=$(blockdev --getsize64 "$disk" 2>/dev/null) && is_number "$size" && return
		unchecked "the size of $target can't be found out"
		return 1
	fi
	if [ ! -f "$target" ]; then
		unchecked "$target: neither a file, nor a disk, nor a directory"
		return 1
	fi
	ln -s "$target" image
	size=$(ls -lnL image | awk '{ print $5 }')
	size=$((size))
	magic=$(hex_at image 0 16)
	other=$(other_format "$magic" "$(hex_at image 64 4)")
	if [ -n "$other" ]; then
		broken "$other"
		return 1
	fi
	case $magic in
	514649fb*) open_qcow2 ;;
	636f6e6563746978*) open_vhd ;; # conectix
	4b444d56*) open_vmdk ;;        # KDMV
	23204469736b2044* | 434f5744*)
		broken "a VMDK in several files: qemu-img convert -O qcow2 makes one of them"
		return 1
		;;
	*)
		# a fixed VHD is a raw disk with a footer
		if [ $((size > 512)) = 1 ] && [ "$(hex_at image $((size - 512)) 8)" = 636f6e6563746978 ]; then
			format="VHD (fixed)" size=$((size - 512))
		fi
		ln -s "$target" "$disk"
		;;
	esac
}

# "QEMU's qcow2 specification", docs/interop/qcow2.rst: what else an image may
# name must not be read
open_qcow2() {
	format=QCOW2
	if [ "$(hex_at image 8 8)" != 0000000000000000 ]; then
		broken "a QCOW2 with a backing file, which the platform has not got: qemu-img convert -O qcow2 makes it whole"
		return 1
	fi
	if [ "$(number_at image 4 4)" != 2 ] && [ $((0x0$(hex_at image 79 1) & 4)) != 0 ]; then
		broken "a QCOW2 with its data in another file: qemu-img convert -O qcow2 makes it whole"
		return 1
	fi
	if [ "$(hex_at image 32 4)" != 00000000 ]; then
		broken "an encrypted QCOW2, which the platform can't read: qemu-img convert -O qcow2"
		return 1
	fi
	size=$(number_at image 24 8)
	convert qcow2 '"backing":null,'
}

# "Virtual Hard Disk Image Format Specification": a copy of the footer is first,
# at 16 the offset of the dynamic header; in that at 16 the offset of the table
# of blocks, at 28 their number, at 32 their size. qemu-img checks none of it
open_vhd() {
	format="VHD (dynamic)"
	if [ "$(number_at image 60 4)" != 3 ]; then
		broken "a differencing VHD, which needs its parent: qemu-img convert -O vpc makes it whole"
		return 1
	fi
	file_size=$size
	size=$(number_at image 48 8)
	header=$(number_at image 16 8)
	if [ -z "$header" ] || [ $((header + 1024 > file_size)) = 1 ] || [ "$(hex_at image "$header" 8)" != 6378737061727365 ]; then
		broken "the VHD is damaged or cut off: it has no dynamic header"
		return 1
	fi
	table=$(number_at image $((header + 16)) 8) blocks=$(number_at image $((header + 28)) 4) block=$(number_at image $((header + 32)) 4)
	if [ -z "$table" ] || [ $((table % 512)) != 0 ] || [ $((blocks > 4194304)) = 1 ] || [ $((table + 4 * blocks > file_size)) = 1 ]; then
		broken "the VHD is damaged or cut off: its table of blocks is not in the file"
		return 1
	fi
	fault=$(dd if=image bs=512 skip=$((table / 512)) count=$(((4 * blocks + 511) / 512)) 2>/dev/null | od -An -v -tu1 -w4 |
		awk -v blocks="$blocks" -v block="$block" -v size="$file_size" '
			NR > blocks { exit }
			{ sector = (($1 * 256 + $2) * 256 + $3) * 256 + $4 }
			sector == 4294967295 { next }
			sector in used { print "two blocks are at one place"; exit }
			sector * 512 >= size { print "a block is behind the end of the file"; exit }
			{ used[sector] }')
	if [ -n "$fault" ]; then
		broken "the VHD is damaged or cut off: $fault"
		return 1
	fi
	convert vpc ''
}

# "Virtual Disk Format 5.0": capacity (of sectors), and the descriptor's place;
# all little-endian. The descriptor may name a parent, and qemu-img would open it
# whatever parentCID says
open_vmdk() {
	format=VMDK
	capacity=$(little_endian "$(bytes_at image 12 8)" 0 8)
	dd if=image bs=512 count=64 2>/dev/null | tr '\000\r' '\n\n' >descriptor
	if [ -z "$capacity" ] || [ $((capacity == 0 || capacity > 1 << 40)) = 1 ]; then
		broken "a VMDK without data of its own: qemu-img convert -O qcow2"
		return 1
	fi
	if grep -qi 'parentFileNameHint' descriptor || ! grep -q '^parentCID=ffffffff' descriptor; then
		broken "a VMDK that needs its parent: qemu-img convert -O qcow2 makes it whole"
		return 1
	fi
	size=$((capacity * 512))
	convert vmdk '"backing":null,'
}

# Into a sparse file: what the image has not got takes no space, and no time.
# A size that no disk has is not tried. qemu-img gets words of ours only, and no
# name that it would take for a protocol
convert() { # QEMU'S-NAME-OF-THE-FORMAT OPTIONS
	if [ -z "$size" ] || [ $((size > size_max)) = 1 ]; then
		broken "$format of ${size:-more than 2^60} bytes: it has to be $((size_max >> 30)) GiB at most"
		return 1
	fi
	if ! has_tool qemu-img; then
		unchecked "$(cat "$work/trouble"); nothing else is checked"
		return 1
	fi
	source_of_disk="json:{\"driver\":\"$1\",$2\"file\":{\"driver\":\"file\",\"locking\":\"off\",\"filename\":\"image\"}}"
	limited qemu-img check -q "$source_of_disk" >log 2>&1
	case $? in
	0 | 3 | 63) ;; # no error; blocks that nothing uses; not for this format
	*)
		is_late || broken "the $format is damaged or cut off: $(first_line log)"
		not_converted
		return 1
		;;
	esac
	has_room_for_disk || return
	if ! (ulimit -S -f unlimited 2>/dev/null; limited qemu-img convert -O raw "$source_of_disk" "$disk") >log 2>&1; then
		if grep -q 'No space' log; then
			unchecked "no space in TMPDIR: name a directory with more"
		elif ! is_late; then
			broken "the $format can't be read: $(first_line log)"
		fi
		not_converted
		return 1
	fi
}

not_converted() {
	! is_late || unchecked "$(first_line "$work/trouble")"
}

# What would be written: blocks of zeros are not
has_room_for_disk() {
	limited qemu-img map --output=json "$source_of_disk" 2>log | awk '
		!/"data": true/ { next }
		match($0, /"length": [0-9]+/) { sum += substr($0, RSTART + 10, RLENGTH - 10) }
		END { printf "%.0f\n", sum }' >needed
	if is_late; then
		not_converted
		return 1
	fi
	needed=$(cat needed) free=$(half_free)
	if ! is_number "$needed"; then
		broken "the $format can't be read: $(first_line log)"
		return 1
	fi
	if [ $((needed > free)) = 1 ]; then
		unchecked "unpacked it takes $(mebibytes "$needed") MiB, and half of what is free in TMPDIR is $(mebibytes "$free"): name a directory with more"
		return 1
	fi
}
