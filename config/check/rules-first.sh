# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034
# The rules of the first partition

first_type() {
	[ -z "$first" ] || cat "$first/type" 2>/dev/null
}

have_first() {
	[ -z "$disk" ] || have_partitions || return
	[ -n "$first" ] || {
		does_not_apply "there is no partition 1"
		return 1
	}
}

rule_first_type() {
	have_first || return
	is=$(first_type)
	case $is in
	FAT32 | UFS) passes "$is" ;;
	ext)
		case " $(features | sed -n 's/^1 //p')" in
		*' extent '* | *' extents '*) passes ext4 ;;
		*' has_journal '*) passes ext3 ;;
		*) passes ext2 ;;
		esac
		;;
	FAT*) broken "$is: make it FAT32 (mkfs.fat -F 32)" ;;
	'') broken "no file system is on it: make it FAT32, ext2, ext3 or ext4" ;;
	*) broken "$is: make it FAT32, ext2, ext3 or ext4" ;;
	esac
}

rule_first_writable() {
	have_first || return
	[ "$(first_type)" != ext ] || case " $(features | sed -n 's/^1 //p')" in
	*' read-only '*) broken "it is marked read-only: tune2fs -O ^read-only" ;;
	esac
	[ "$(first_type)" != UFS ] || passes "UFS, which osconf's Linux must be able to write, too (CONFIG_UFS_FS_WRITE)"
}

rule_first_room() {
	have_first || return
	case $(first_type) in
	FAT*)
		free=$(sed -n 's/^ *\([0-9 ]*\) bytes free$/\1/p' "$first/listing" 2>/dev/null | tail -n 1 | tr -d ' ')
		if is_number "$free"; then
			room "$(decimal "$free")"
		else
			cat "$first/trouble" >>"$work/trouble" 2>/dev/null || trouble "mdir does not say how much is free"
		fi
		;;
	ext) ext_room 1 ;;
	UFS) trouble "UFS can't be read here" ;;
	*) does_not_apply "see first-type" ;;
	esac
}

# Returns 1 where the files of partition 1 can't be looked at
can_read_first() {
	have_first || return
	case $(first_type) in
	UFS) trouble "UFS can't be read here" && return 1 ;;
	FAT* | ext | squashfs | '') ;;
	*) does_not_apply "partition 1 is not FAT or ext" && return 1 ;;
	esac
	tree=$first
	if [ -s "$first/trouble" ] || [ ! -e "$first/kind" ]; then
		if [ -n "$(first_type)" ]; then
			trouble "partition 1: $(first_line "$first/trouble")"
		else
			does_not_apply "partition 1 is not FAT or ext"
		fi
		return 1
	fi
}

rule_directory() {
	can_read_first || return
	case $(entry_at aliyun_custom_image | cut -f 1) in
	d) ;;
	'')
		is_hidden aliyun_custom_image
		missing "it is not there: make it (mkdir, mmd)"
		;;
	*) broken "aliyun_custom_image is no directory: make it one" ;;
	esac
}

# FAT does not mind the case
entry_at() { # PATH
	if grep -q FAT "$tree/kind"; then
		look "$1"
	else
		entry "$1"
	fi
}

rule_leftovers() {
	can_read_first || return
	names aliyun_custom_image >"$work/in-directory"
	while IFS= read -r name; do
		case $name in [oO][sS].[cC][oO][nN][fF]*) broken "aliyun_custom_image/$name: remove it" ;; esac
	done <"$work/in-directory"
}
