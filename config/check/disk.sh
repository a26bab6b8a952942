# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154
# A raw disk -> its partitions, and the file systems on them
#
#   $work/table       NUMBER START SIZE TYPE BOOTABLE of each partition, in bytes
#   $work/types       NUMBER TYPE of what is on them
#   $label            dos, gpt; empty: there is no table
#   $work/partN/      of partition N: type (of its file system); its files, see
#                     tree.sh; or trouble, why they can't be read; or unknown, what
#                     it is that osconf-check knows no way into

# Numbers and types stand before what has free text (GPT's names)
read_partitions() {
	: >"$work/table"
	label=''
	has_tool sfdisk || return
	limited sfdisk --dump "$disk" >"$work/dump" 2>"$work/sfdisk.log" || return
	label=$(sed -n '1,/^$/s/^label: \([a-z]*\)$/\1/p' "$work/dump" | head -n 1)
	unit=$(sed -n '1,/^$/s/^sector-size: \([0-9]\{3,5\}\)$/\1/p' "$work/dump" | head -n 1)
	# GPT has numbers of 64 bits: those that no disk has become a PiB
	awk -v disk="$disk" -v unit="${unit:-512}" '
		function bytes(sectors) { return length(sectors) > 12 ? 1125899906842624 : sectors * unit }
		index($0, disk) != 1 { next }
		{ bootable = / bootable$/ ? "bootable" : "-" }
		{ sub(/, (uuid|name|attrs)=.*/, "") }
		{ gsub(/= +/, "="); gsub(/[,:]/, " ") }
		{ number = substr($1, length(disk) + 1) }
		number ~ /^[0-9]+$/ && $2 ~ /^start=[0-9]+$/ && $3 ~ /^size=[0-9]+$/ && $4 ~ /^type=[0-9A-Za-z-]+$/ && $3 != "size=0" {
			printf "%d %.0f %.0f %s %s\n", number, bytes(substr($2, 7)), bytes(substr($3, 6)), substr($4, 6), bootable
		}' "$work/dump" >"$work/table"
}

partition() { # NUMBER: sets start, partition_size, type
	start='' partition_size='' type=''
	while read -r its_number its_start its_size its_type _; do
		[ "$its_number" != "$1" ] || start=$its_start partition_size=$its_size type=$its_type
	done <"$work/table"
	[ -n "$start" ]
}

# Of an extended partition only what is in it counts
is_extended() { # TYPE
	case $1 in 5 | f | 85) true ;; *) false ;; esac
}

# What is at a place of the disk, by its magic numbers
type_at() { # START
	start_type=$(hex_at "$disk" "$1" 4608 | awk '
		function at(offset, magic) { return substr($0, 2 * offset + 1, length(magic)) == magic }
		at(0, "68737173") { print "squashfs"; next }
		at(0, "58465342") { print "xfs"; next }
		at(0, "4c554b53babe") { print "LUKS"; next }
		at(82, "4641543332") { print "FAT32"; next }
		at(54, "4641543136") { print "FAT16"; next }
		at(54, "4641543132") { print "FAT12"; next }
		at(3, "4558464154") { print "exFAT"; next }
		at(3, "4e544653") { print "NTFS"; next }
		at(1080, "53ef") { print "ext"; next }
		at(1024, "e2e1f5e0") { print "EROFS"; next }
		at(1024, "1020f5f2") { print "F2FS"; next }
		at(4086, "53574150535041434532") { print "swap"; next }
		at(4096, "fc4e2ba9") { print "RAID"; next }
		at(0, "4c4142454c4f4e45") || at(512, "4c4142454c4f4e45") ||
			at(1024, "4c4142454c4f4e45") || at(1536, "4c4142454c4f4e45") { print "LVM" }')
	[ -z "$start_type" ] || { echo "$start_type" && return; }
	[ "$(hex_at "$disk" $(($1 + 65600)) 8)" != 5f42485266535f4d ] || { echo btrfs && return; }
	# struct fs, fs_magic; UFS1 at 8192, UFS2 at 65536
	[ "$(hex_at "$disk" $(($1 + 9564)) 4)" != 54190100 ] || { echo UFS && return; }
	[ "$(hex_at "$disk" $(($1 + 66908)) 4)" != 19015419 ] || echo UFS
}

# Reads what it can of each partition, and finds the first one and the root file system
open_partitions() {
	first='' root='' boot_trees=''
	: >"$work/types"
	while read -r number start partition_size type _; do
		if is_extended "$type" || [ $((start >= size)) = 1 ]; then
			continue
		fi
		tree=$work/part$number
		mkdir "$tree" 2>/dev/null || continue
		: >"$work/trouble"
		its_type=$(type_at "$start")
		echo "$its_type" >"$tree/type"
		echo "$number $its_type" >>"$work/types"
		opened=yes
		case $its_type in
		ext) open_ext "$start" || opened='' ;;
		FAT*) open_fat "$start" || opened='' ;;
		squashfs) open_squashfs "$start" || opened='' ;;
		'' | swap) continue ;;
		*)
			echo "partition $number is $its_type, which osconf-check can't read: give it the directory of the root file system, too" >"$tree/unknown"
			continue
			;;
		esac </dev/null
		cat "$work/trouble" >"$tree/trouble"
		[ -n "$opened" ] || [ -s "$tree/trouble" ] ||
			echo "the file system is damaged: $(first_line "$tree/log")" >"$tree/trouble"
		[ ! -s "$tree/trouble" ] || continue
		boot_trees="$boot_trees $tree"
		[ -n "$root" ] || [ "$(look_type etc/passwd)" != f ] || root=$tree root_number=$number
	done <"$work/table"
	[ ! -d "$work/part1" ] || first=$work/part1
	: >"$work/trouble"
	find_initramfs
	if [ -z "$root" ] && [ -n "$initramfs" ]; then
		tree=$initramfs
		[ "$(look_type etc/passwd)" != f ] || root=$initramfs root_number=''
	fi
}
