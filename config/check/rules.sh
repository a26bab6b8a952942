# shellcheck shell=sh disable=SC2154
# The rules: one table, and a function each. This file has those of the disk and
# of its first partition
#
# ID|SCOPE|SEVERITY|WHAT|SOURCE OR REASON
# A rule that must be kept is a FAIL where it is broken; one that should be, a
# hint. Sources, all of them the platform's:
#   Customized Linux  "Customized Linux images", help/doc-detail/51138.htm
#   import            "Import custom images", and the API's ImportImage
#   specification     "Alibaba Cloud image specification (Linux)",
#                     ecs/user-guide/cloud-marketplace-mirror-specification

rules() {
	cat <<-'END'
		size|disk|must|The virtual size is more than 5 GiB, and 2048 GiB at most|Customized Linux: "larger than 5 GiB"; ImportImage, DiskImageSize
		table|disk|must|There is a partition table, MBR or GPT, and its partitions are on the disk and do not overlap|Customized Linux: "the first partition"
		first|disk|must|There is a partition 1|Customized Linux: the platform writes os.conf into "the first partition"
		boot|disk|must|BIOS or UEFI finds a program to start|import, BootMode: BIOS, UEFI, UEFI-Preferred
		lvm|disk|must|No LVM|specification: "do not use LVM"
		root-last|disk|should|The root partition is the last on the disk|specification: else the system disk may fail to be resized
		ext-import|disk|must|No ext4 file system has the feature 64bit, or project together with quota|import, by tune2fs -l
		ext-old|disk|should|Every ext file system can be mounted by Linux 3.2 (2012)|a platform's tool that can't mount it writes no os.conf; metadata_csum and later features are newer
		clean|disk|should|The ext file systems are clean|what is in a journal only, is not there for who reads without replaying it
		first-type|first|must|Partition 1 is FAT32, ext2, ext3, ext4 or UFS|Customized Linux: "FAT32, ext2, ext3, ext4, or UFS"
		first-writable|first|must|Partition 1 can be written|Customized Linux: "the first partition must be writable"
		first-room|first|must|Partition 1 has room for os.conf: 64 KiB and a file|the platform creates it there
		directory|directory|must|aliyun_custom_image is a directory in the root of partition 1|Customized Linux: "create the aliyun_custom_image directory"
		leftovers|directory|must|Nothing of another instance is in aliyun_custom_image|os.conf has a password, and the next instance would apply it
		devices|root|must|fstab and boot loader name disks by UUID, LABEL or PARTUUID|specification: "UUID"; vda1 of one instance type is xvda1, sda1 or nvme0n1p1 of another
		swap|root|should|fstab has no swap|specification: "do not use a swap partition"
		virtio|root|must|The kernel or the initramfs has the drivers of virtio disks and cards|specification: "install the virtio driver and add it to initramfs"
		nvme|root|must|The kernel or the initramfs has the driver of NVMe disks|specification: newer instance families have NVMe disks; import, NvmeSupport
		xen|root|should|The kernel or the initramfs has the drivers of Xen disks and cards|older instance types: xvda
		osconf-there|root|must|The program that is started as osconf is in the image, and is osconf|else os.conf is not read
		osconf-run|root|must|osconf is run at every boot, with options that apply os.conf|Customized Linux: a program of the image's "parses os.conf"
		osconf-order|root|must|osconf is run before the network is started by something else|both would set up the cards
		osconf-writable|root|should|The root file system is writable when osconf is run|osconf saves its settings and the password there
		osconf-partition|root|must|The partition that osconf is told (-d) is partition 1, by UUID or LABEL|Customized Linux: the platform writes os.conf into the first one
		network|root|must|No DHCP, and no other set-up of the cards|the platform has no DHCP for these images; os.conf says what they get
		root-account|root|must|root can log in: it has a shell, and does not expire|os.conf has root's password, and nobody else's
		shadow|root|must|osconf can write root's password where login reads it|os.conf's password goes into /etc/shadow
		ssh-root|root|must|The SSH server lets root in with a password|os.conf has a password and no key; OpenSSH's default is PermitRootLogin prohibit-password
		console|root|should|One can log in on the console|VNC and the serial port, when the network is not up
		console-shell|root|must|There is no shell without a login on the console|Customized Linux, security: the first login changes the password before anything else
		passwords|root|must|No account has a default password, or none at all|Customized Linux, security: an "initial password" must be changed at the first login
		ssh-empty|root|must|SSH refuses empty passwords|Customized Linux, security: no hole that is "remotely exploited"
		host-keys|root|must|No SSH host key is in the image|all instances would have the same; Customized Linux, security: no "default SSH key pairs"
		user-keys|root|must|No SSH key of a user is in the image|Customized Linux, security: no "default SSH key pairs"
		machine-id|root|should|/etc/machine-id is empty, or not there|machine-id(5): all instances would have the same
		settings|root|should|No settings of another instance are in /etc/os.conf|they are its host name, name servers and cards
		resolv-conf|root|should|/etc/resolv.conf can be written|where it is a link, to a place that is there at boot
	END
}

# As a table in Markdown
print_rules() {
	echo '| rule | | what | source, or why |'
	echo '|---|---|---|---|'
	while IFS='|' read -r id _ severity what source; do
		echo "| \`$id\` | $severity | $what | $source |"
	done
}

### Disk

rule_size() {
	if [ "$size" -le $((5 << 30)) ]; then
		broken "$(mebibytes "$size") MiB, more than 5120 is needed: qemu-img resize, or truncate -s 6G"
	elif [ "$size" -gt $((2048 << 30)) ]; then
		broken "$(mebibytes "$size") MiB, at most 2097152 is allowed"
	else
		passes "$(mebibytes "$size") MiB, more than 5120 is needed"
	fi
}

rule_table() {
	if ! command -v sfdisk >/dev/null; then
		has_tool sfdisk
	elif [ -z "$label" ]; then
		broken "no partition table: make an MBR or a GPT (sfdisk)"
	elif [ "$label" != dos ] && [ "$label" != gpt ]; then
		broken "a partition table of type $label: make it an MBR or a GPT"
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
		! grep -q FAT "$tree/type" 2>/dev/null ||
			! exists EFI/BOOT/BOOTX64.EFI && ! exists EFI/BOOT/BOOTAA64.EFI || uefi=yes
	done
	code=$(hex_at "$disk" 0 440 | tr -d 0)
	if [ -n "$code" ] && [ -n "$uefi" ]; then
		passes "BIOS and UEFI: mark the image UEFI-Preferred"
	elif [ -n "$uefi" ]; then
		passes "UEFI: import it with BootMode UEFI"
	elif [ -n "$code" ]; then
		passes "BIOS: import it with BootMode BIOS"
	else
		broken "neither a boot sector nor EFI/BOOT/BOOTX64.EFI (BOOTAA64.EFI) on a FAT partition: install a boot loader"
	fi
}

file_systems() { # TYPE: numbers of the partitions that have it
	for tree in "$work"/part*; do
		[ "$(cat "$tree/type" 2>/dev/null)" != "$1" ] || echo "${tree##*/part}"
	done
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

# Prints what dumpe2fs says of each ext file system: NUMBER LINE
ext_headers() {
	for number in $(file_systems ext); do
		has_tool dumpe2fs || return
		header=$work/part$number/header
		[ -e "$header" ] || {
			partition "$number"
			limited dumpe2fs -h "$disk?offset=$start" 2>/dev/null >"$header"
		}
		if [ -s "$header" ]; then
			sed "s/^/$number /" "$header"
		else
			trouble "partition $number: dumpe2fs can't read its ext file system"
		fi
	done
}

# NUMBER FEATURE... of each ext file system
features() {
	ext_headers | sed -n 's/^\([0-9]*\) Filesystem features: */\1 /p'
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

rule_clean() {
	have_ext || return
	ext_headers | sed -n -e 's/^\([0-9]*\) Filesystem state: *\(.*\)/\1 \2/p' -e 's/^\([0-9]*\) Filesystem features:.* needs_recovery.*/\1 needs recovery/p' >"$work/states"
	while read -r number state; do
		[ "$state" = clean ] || broken "partition $number: $state: unmount it before it is copied, or e2fsck -fp"
	done <"$work/states"
}

### The first partition

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
		case " $(features | sed -n 's/^1 //p') " in
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

# Its header, if it is an ext file system
header_of_first() { # FIELD
	ext_headers | sed -n "s/^1 $1: *//p"
}

rule_first_writable() {
	have_first || return
	case " $(header_of_first 'Filesystem features') " in
	*' read-only '*) broken "it is marked read-only: tune2fs -O ^read-only" ;;
	esac
	[ "$(first_type)" != UFS ] || passes "UFS, which osconf's Linux must be able to write, too (CONFIG_UFS_FS_WRITE)"
}

rule_first_room() {
	have_first || return
	case $(first_type) in
	FAT*)
		free=$(sed -n 's/^ *\([0-9 ]*\) bytes free.*/\1/p' "$first/listing" 2>/dev/null | tr -d ' ')
		[ -n "$free" ] || cat "$first/trouble" >>"$work/trouble" 2>/dev/null || trouble "mdir does not say how much is free"
		;;
	ext)
		free=$(header_of_first 'Free blocks')
		free=$((${free:-0} * $(header_of_first 'Block size' | grep . || echo 0)))
		if [ "$(header_of_first 'Free inodes')" = 0 ]; then
			broken "no inode is free: make the file system with more (mke2fs -N)"
			return
		fi
		;;
	UFS)
		trouble "UFS can't be read here"
		free=''
		;;
	*)
		does_not_apply "see first-type"
		return
		;;
	esac
	[ -n "$free" ] || return
	if [ "$free" -lt 65536 ]; then
		broken "$((free >> 10)) KiB free, 64 is needed: remove something, or make it larger"
	else
		passes "$((free >> 10)) KiB free, 64 is needed"
	fi
}

# Returns 1 where the files of partition 1 can't be looked at
can_read_first() {
	have_first || return
	case $(first_type) in
	UFS) trouble "UFS can't be read here" && return 1 ;;
	FAT* | ext | squashfs | '') ;;
	*) does_not_apply "see first-type" && return 1 ;;
	esac
	tree=$first
	if [ -s "$first/trouble" ] || [ ! -e "$first/kind" ]; then
		if [ -n "$(first_type)" ]; then
			trouble "partition 1: $(first_line "$first/trouble")"
		else
			does_not_apply "see first-type"
		fi
		return 1
	fi
}

rule_directory() {
	can_read_first || return
	case $(entry_at aliyun_custom_image | cut -f 1) in
	d) ;;
	'') broken "it is not there: make it (mkdir, mmd)" ;;
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
	for name in $(names aliyun_custom_image | grep '^os\.conf'); do
		broken "aliyun_custom_image/$name: remove it"
	done
}
