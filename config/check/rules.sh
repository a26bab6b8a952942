# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154
# The rules: one table. Each has a function rule_ID: rules-disk.sh,
# rules-first.sh (the first partition), rules-boot.sh (names of disks, drivers),
# rules-osconf.sh, rules-network.sh, rules-accounts.sh, rules-login.sh
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
