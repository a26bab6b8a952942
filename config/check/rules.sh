# shellcheck shell=sh disable=SC2154
# The rules: one table, and a function each. This file has those of the disk and
# of its first partition
#
# ID|PLATFORM|SCOPE|SEVERITY|WHAT|SOURCE OR REASON
# PLATFORM is alibaba, tencent or both. A rule that must be kept is a FAIL where it
# is broken; one that should be, a hint. Sources, all of them the platforms':
#   Customized Linux  "Customized Linux images", help/doc-detail/51138.htm
#   import            "Import custom images", and the API's ImportImage
#   specification     "Alibaba Cloud image specification (Linux)",
#                     ecs/user-guide/cloud-marketplace-mirror-specification
#   213/NUMBER        Tencent Cloud's document of that number: 4945 import of images,
#                     12849 forced import, 9929 virtio, 17814 making of an image,
#                     15717 the API's ImportImage

rules() {
	sed -n -e 's/^\([^|]*\)|both|/\1|/p' -e "s/^\([^|]*\)|$platform|/\1|/p" <<-'END'
		size|alibaba|disk|must|The virtual size is more than 5 GiB, and 2048 GiB at most|Customized Linux: "larger than 5 GiB"; ImportImage, DiskImageSize
		size|tencent|disk|must|The virtual size is 500 GiB at most|213/4945: "vsize cannot exceed 500 GB"
		data|tencent|disk|must|The image takes 50 GiB at most as QCOW2|213/4945: "actual image size cannot exceed 50 GB"
		table|alibaba|disk|must|There is a partition table, MBR or GPT, and its partitions are on the disk and do not overlap|Customized Linux: "the first partition"
		table|tencent|disk|must|There is an MBR, and its partitions are on the disk and do not overlap|213/4945: "GPT partition is not supported"; PartitionNotPresent
		first|alibaba|disk|must|There is a partition 1|Customized Linux: the platform writes os.conf into "the first partition"
		boot|alibaba|disk|must|BIOS or UEFI finds a program to start|import, BootMode: BIOS, UEFI, UEFI-Preferred
		boot|tencent|disk|must|BIOS or UEFI finds a program to start|213/15717, BootMode: Legacy BIOS (the default), UEFI
		lvm|alibaba|disk|must|No LVM|specification: "do not use LVM"
		lvm|tencent|disk|should|No LVM|213/4945 excludes it for Windows, and does not mention it for Linux
		root-partition|tencent|disk|must|The root file system is on a partition|213/4945: RootPartitionNotFound
		root-room|tencent|disk|must|The root file system has room: 64 KiB and a file|213/12849: the system partition "is not full"
		root-last|both|disk|should|The root partition is the last on the disk|else it can't grow with the system disk (specification)
		ext-import|alibaba|disk|must|No ext4 file system has the feature 64bit, or project together with quota|import, by tune2fs -l
		ext-old|both|disk|should|Every ext file system can be mounted by Linux 3.2 (2012)|a platform's tool that can't mount it writes no os.conf, or finds no root; metadata_csum and later features are newer
		clean|both|disk|should|The ext file systems are clean|what is in a journal only, is not there for who reads without replaying it
		first-type|alibaba|first|must|Partition 1 is FAT32, ext2, ext3, ext4 or UFS|Customized Linux: "FAT32, ext2, ext3, ext4, or UFS"
		first-writable|alibaba|first|must|Partition 1 can be written|Customized Linux: "the first partition must be writable"
		first-room|alibaba|first|must|Partition 1 has room for os.conf: 64 KiB and a file|the platform creates it there
		directory|alibaba|directory|must|aliyun_custom_image is a directory in the root of partition 1|Customized Linux: "create the aliyun_custom_image directory"
		leftovers|both|directory|must|Nothing of another instance is in aliyun_custom_image|os.conf has a password, and the next instance would apply it
		devices|alibaba|root|must|fstab and boot loader name disks by UUID, LABEL or PARTUUID|specification: "UUID"; vda1 of one instance type is xvda1, sda1 or nvme0n1p1 of another
		devices|tencent|root|should|fstab and boot loader name disks by UUID, LABEL or PARTUUID|213/17814: "uuid is recommended"; the disk is vda, whatever it was where the image was made
		swap|alibaba|root|should|fstab has no swap|specification: "do not use a swap partition"
		virtio|both|root|must|The kernel or the initramfs has the drivers of virtio disks and cards|specification: "install the virtio driver and add it to initramfs"; 213/9929: virtio_blk, virtio_net
		nvme|alibaba|root|must|The kernel or the initramfs has the driver of NVMe disks|specification: newer instance families have NVMe disks; import, NvmeSupport
		xen|alibaba|root|should|The kernel or the initramfs has the drivers of Xen disks and cards|older instance types: xvda
		cdrom|tencent|root|must|The kernel or the initramfs has the drivers of CD-ROMs and of ISO 9660|213/12849: os.conf is on a "CDROM device", which osconf mounts
		cdrom-bus|tencent|root|should|The kernel or the initramfs has the drivers of IDE and virtio-scsi|a CD-ROM of QEMU's is on one of them; no document names the bus
		osconf-there|both|root|must|The program that is started as osconf is in the image, and is osconf|else os.conf is not read
		osconf-built|tencent|root|must|osconf is built with FEATURE_OSCONF_CONFIG_DRIVE|else it does not look for qcloud_action/os.conf
		osconf-run|both|root|must|osconf is run at every boot, with options that apply os.conf|Customized Linux: a program of the image's "parses os.conf"; 213/12849: it is "executed automatically at startup"
		osconf-order|both|root|must|osconf is run before the network is started by something else|both would set up the cards
		osconf-writable|both|root|should|The root file system is writable when osconf is run|osconf saves its settings and the password there
		osconf-partition|alibaba|root|must|The partition that osconf is told (-d) is partition 1, by UUID or LABEL|Customized Linux: the platform writes os.conf into the first one
		osconf-drive|tencent|root|must|The volume that osconf is told (-d) is LABEL=config-2|213/12849: blkid -L config-2
		network|alibaba|root|must|No DHCP, and no other set-up of the cards|the platform has no DHCP for these images; os.conf says what they get
		network|tencent|root|must|No DHCP, and no other set-up of the cards|os.conf says what they get, and 213/12849 sets them up by it alone (BOOTPROTO=static)
		root-account|both|root|must|root can log in: it has a shell, and does not expire|os.conf has root's password, and nobody else's
		shadow|both|root|must|osconf can write root's password where login reads it|os.conf's password goes into /etc/shadow
		ssh-root|both|root|must|The SSH server lets root in with a password|os.conf has a password and no key; OpenSSH's default is PermitRootLogin prohibit-password
		console|both|root|should|One can log in on the console|VNC and the serial port, when the network is not up
		console-shell|both|root|must|There is no shell without a login on the console|Customized Linux, security: the first login changes the password before anything else
		passwords|both|root|must|No account has a default password, or none at all|all instances would have the same; Customized Linux, security: an "initial password" must be changed at the first login
		ssh-empty|both|root|must|SSH refuses empty passwords|Customized Linux, security: no hole that is "remotely exploited"; 213/12849: none that "can be exploited remotely"
		host-keys|both|root|must|No SSH host key is in the image|all instances would have the same; Customized Linux, security: no "default SSH key pairs"
		user-keys|both|root|must|No SSH key of a user is in the image|all instances would let its owner in; Customized Linux, security: no "default SSH key pairs"
		machine-id|both|root|should|/etc/machine-id is empty, or not there|machine-id(5): all instances would have the same
		settings|both|root|should|No settings of another instance are in /etc/os.conf|they are its host name, name servers and cards
		resolv-conf|both|root|should|/etc/resolv.conf can be written|where it is a link, to a place that is there at boot
	END
}

# What rules of both want, where it differs. Returns 1 for another name
set_platform() { # NAME
	platform=$1
	case $platform in
	alibaba)
		size_above=$((5 << 30)) size_max=$((2048 << 30)) size_wanted="more than 5120 is needed"
		tables='dos gpt' table_names='an MBR or a GPT'
		boot_both='mark the image UEFI-Preferred' boot_bios=BIOS boot_uefi=UEFI
		;;
	tencent)
		size_above=0 size_max=$((500 << 30)) size_wanted="at most 512000 is allowed"
		tables=dos table_names='an MBR'
		boot_both='import it with BootMode Legacy BIOS or UEFI' boot_bios='Legacy BIOS' boot_uefi=UEFI
		;;
	*) return 1 ;;
	esac
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
		! grep -q FAT "$tree/type" 2>/dev/null ||
			! exists EFI/BOOT/BOOTX64.EFI && ! exists EFI/BOOT/BOOTAA64.EFI || uefi=yes
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

# The value of one such line
header_of() { # NUMBER FIELD
	ext_headers | sed -n "s/^$1 $2: *//p"
}

ext_room() { # NUMBER
	free=$(header_of "$1" 'Free blocks')
	free=$((${free:-0} * $(header_of "$1" 'Block size' | grep . || echo 0)))
	if [ "$(header_of "$1" 'Free inodes')" = 0 ]; then
		broken "no inode is free: make the file system with more (mke2fs -N)"
	else
		room "$free"
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
	header_of 1 "$1"
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
		if [ -n "$free" ]; then
			room "$free"
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
