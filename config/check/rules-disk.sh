# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2015,SC2154
# The rules of the disk, and of the file systems on it

rule_size() {
	if [ $((size <= size_above)) = 1 ]; then
		broken "$(mebibytes "$size") MiB, more than $(mebibytes "$size_above") is needed: qemu-img resize, or truncate -s 6G"
	elif [ $((size > size_max)) = 1 ]; then
		broken "$(mebibytes "$size") MiB, at most $(mebibytes "$size_max") is allowed"
	else
		passes "$(mebibytes "$size") MiB, $size_wanted"
	fi
}

# Blocks of zeros that a raw disk has are not in a QCOW2, which may be smaller
rule_data() {
	if [ -b "$disk" ]; then
		does_not_apply "a disk: qemu-img convert -O qcow2 makes an image of it"
		return
	fi
	if [ "$format" = QCOW2 ]; then
		taken=$(($(wc -c <"$work/image") >> 10))
	else
		taken=$(du -kL "$disk" | cut -f 1)
	fi
	if [ "$taken" -le $((50 << 20)) ]; then
		passes "$((taken >> 10)) MiB, at most 51200 is allowed"
	elif [ "$format" = QCOW2 ]; then
		broken "$((taken >> 10)) MiB, at most 51200 is allowed: remove something"
	else
		unchecked "$((taken >> 10)) MiB, at most 51200 is allowed as QCOW2: qemu-img convert -O qcow2, and check that"
	fi
}

is_one_of() { # WORD LIST
	case " $2 " in *" $1 "*) true ;; *) false ;; esac
}

rule_table() {
	if ! command -v sfdisk >/dev/null; then
		has_tool sfdisk
	elif [ -z "$label" ]; then
		broken "no partition table: make $table_names (sfdisk)"
	elif ! is_one_of "$label" "$tables"; then
		broken "a partition table of type $label: make it $table_names"
	else
		awk -v size="$size" '
			$2 + $3 > size { print "partition " $1 " ends behind the end of the disk: the image is cut off, or the table is wrong"; next }
			$4 ~ /^(5|f|85)$/ { next }
			{
				for (number in start)
					if ($2 < end[number] && $2 + $3 > start[number])
						print "partitions " number " and " $1 " overlap"
				start[$1] = $2
				end[$1] = $2 + $3
			}' "$work/table" >"$work/faults"
		while read -r fault; do
			broken "$fault"
		done <"$work/faults"
	fi
}

# What is about partitions has nothing to say where there are none
have_partitions() {
	if [ ! -s "$work/table" ]; then
		! has_tool sfdisk || does_not_apply "there are no partitions"
		return 1
	fi
}

rule_first() {
	have_partitions || return
	if partition 1 && ! is_extended "$type"; then
		passes "$(mebibytes "$partition_size") MiB, at $(mebibytes "$start") MiB"
	else
		broken "there is no partition 1, but others: number them from 1 on"
	fi
}

# UEFI starts EFI/BOOT/BOOT*.EFI of a FAT partition; a BIOS, the disk's first sector
rule_boot() {
	have_partitions || return
	uefi=''
	for tree in $boot_trees; do
		grep -q FAT "$tree/type" 2>/dev/null || continue
		[ -z "$(existing EFI/BOOT/BOOTX64.EFI EFI/BOOT/BOOTAA64.EFI)" ] || uefi=yes
	done
	code=$(hex_at "$disk" 0 440 | tr -d 0)
	if [ -n "$code" ] && [ -n "$uefi" ]; then
		passes "BIOS and UEFI: $boot_both"
	elif [ -n "$uefi" ]; then
		passes "UEFI: import it with BootMode $boot_uefi"
	elif [ -n "$code" ]; then
		passes "BIOS: import it with BootMode $boot_bios"
	else
		broken "neither a boot sector nor EFI/BOOT/BOOTX64.EFI (BOOTAA64.EFI) on a FAT partition: install a boot loader"
	fi
}

file_systems() { # TYPE: numbers of the partitions that have it
	while read -r number its_type; do
		[ "$its_type" != "$1" ] || echo "$number"
	done <"$work/types"
}

rule_lvm() {
	have_partitions || return
	{
		awk '$4 ~ /^(8e|E6D6D379-F507-44C2-A23C-238F2A3DF928)$/ { print $1 }' "$work/table"
		file_systems LVM
	} | sort -u | while read -r number; do
		broken "partition $number is LVM's: put the file system on the partition"
	done
}

rule_root_partition() {
	have_partitions || return
	if [ -z "$root" ]; then
		does_not_apply "see root"
	elif [ -z "$root_number" ]; then
		broken "the root is the initramfs: put it on a partition"
	fi
}

rule_root_room() {
	have_partitions || return
	if [ -z "$root" ] || [ -z "$root_number" ]; then
		does_not_apply "the root file system is on no partition"
	elif [ "$(cat "$root/type")" != ext ]; then
		does_not_apply "the root is a $(cat "$root/type")"
	else
		ext_room "$root_number"
	fi
}

rule_root_last() {
	have_partitions || return
	if [ -z "$root" ] || [ -z "$root_number" ]; then
		does_not_apply "the root file system is on no partition"
		return
	fi
	last=$(sort -k 2n "$work/table" | tail -n 1 | cut -d ' ' -f 1)
	[ "$last" = "$root_number" ] ||
		broken "partition $root_number is the root, and partition $last is behind it: put the root last, so that it can grow"
}

# Sets $superblock of an ext partition, see tree-ext.sh; returns 1 if it can't be read
read_superblock() { # NUMBER
	superblock_of "$1" && [ "$(field_of_superblock 56 2)" = 61267 ] && [ -n "$(field_of_superblock 1020 4)" ] || {
		trouble "partition $1: its superblock can't be read"
		return 1
	}
}

ext_room() { # NUMBER
	read_superblock "$1" || return
	free=$(field_of_superblock 12 4) block_log=$(field_of_superblock 24 4)
	[ $(($(field_of_superblock 96 4) & 0x80)) = 0 ] || free=$((free + ($(field_of_superblock 344 4) << 32)))
	if [ $((block_log > 6 || free > 1 << 48)) = 1 ]; then
		trouble "partition $1: its superblock is damaged"
	elif [ "$(field_of_superblock 16 4)" = 0 ]; then
		broken "no inode is free: make the file system with more (mke2fs -N)"
	else
		room $((free << (10 + block_log)))
	fi
}

# What osconf or a platform writes needs no more than this
room() { # BYTES-FREE
	if [ $(($1 < 65536)) = 1 ]; then
		broken "$(($1 >> 10)) KiB free, 64 is needed: remove something, or make it larger"
	else
		passes "$(($1 >> 10)) KiB free, 64 is needed"
	fi
}

# NUMBER FEATURE... of each ext file system
features() {
	for number in $(file_systems ext); do
		! read_superblock "$number" || echo "$number $(features_of_superblock)"
	done
}

have_ext() {
	have_partitions || return
	[ -n "$(file_systems ext)" ] || {
		does_not_apply "there is no ext file system"
		return 1
	}
}

rule_ext_import() {
	have_ext || return
	features >"$work/features"
	while read -r number list; do
		case " $list " in
		*' 64bit '*) broken "partition $number has the feature 64bit: mke2fs -O ^64bit, or resize2fs -s" ;;
		esac
		case " $list " in
		*' project '*)
			case " $list " in
			*' quota '*) broken "partition $number has the features project and quota: tune2fs -O ^project" ;;
			esac
			;;
		esac
	done <"$work/features"
}

# What Linux 3.2 knows; 64bit, project and quota have a rule of their own
rule_ext_old() {
	have_ext || return
	features >"$work/features"
	while read -r number list; do
		new=''
		for feature in $list; do
			case $feature in
			has_journal | ext_attr | resize_inode | dir_index | filetype | needs_recovery | extent | extents | flex_bg | meta_bg | \
				sparse_super | large_file | huge_file | uninit_bg | dir_nlink | extra_isize | mmp | bigalloc | \
				64bit | project | quota | read-only) ;;
			*) new="$new$feature " ;;
			esac
		done
		[ -z "$new" ] ||
			broken "partition $number has ${new% }: mke2fs -O $(echo "$new" | sed 's/^/^/; s/ \(.\)/,^\1/g; s/ $//')"
	done <"$work/features"
}

# s_state: 1, unmounted; 2, errors were found; needs_recovery is a feature
rule_clean() {
	have_ext || return
	for number in $(file_systems ext); do
		read_superblock "$number" || continue
		state=$(field_of_superblock 58 2)
		words=''
		[ $((state & 1)) != 0 ] || words='not clean'
		[ $((state & 2)) = 0 ] || words='it has errors'
		[ $(($(field_of_superblock 96 4) & 4)) = 0 ] || words='needs recovery'
		[ -z "$words" ] || broken "partition $number: $words: unmount it before it is copied, or e2fsck -fp"
	done
}
