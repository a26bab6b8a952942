# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2012,SC2016,SC2034,SC2154
# Images for the tests of osconf-check, and what it says of them. Behind lib.sh

check=${CHECK:-$top/config/check/osconf-check}
# Not what make has built: the rules must not hang on one version of the applet
P1=1 P1_SIZE=35 GAP=36 P2=38 P2_SIZE=16 # MiB; FAT32 has 65,525 clusters at least

### An image that passes, on both platforms

good_root() { # DIR
	mkdir -p "$1/etc/ssh" "$1/etc/init.d" "$1/root" "$1/sbin" "$1/bin" "$1/usr/sbin" "$1/boot" "$1/run" "$1/aliyun_custom_image"
	printf '\177ELF\0\0aliyun_custom_image\0qcloud_action\0' >"$1/bin/busybox"
	chmod 755 "$1/bin/busybox"
	for link in sbin/osconf sbin/init bin/sh; do
		ln -s /bin/busybox "$1/$link"
	done
	: >"$1/usr/sbin/sshd"
	printf 'Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin yes\n' >"$1/etc/ssh/sshd_config"
	cat >"$1/etc/inittab" <<-'END'
		::sysinit:/bin/mount -o remount,rw /
		::sysinit:/sbin/osconf
		::sysinit:/etc/init.d/rcS
		tty1::respawn:/sbin/getty 38400 tty1
	END
	echo '/bin/true' >"$1/etc/init.d/rcS"
	echo 'ifup -a' >"$1/etc/init.d/S40network"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$1/etc/passwd"
	echo 'root:*:19000:0:99999:7:::' >"$1/etc/shadow"
	echo 'LABEL=osroot / ext4 defaults 0 1' >"$1/etc/fstab"
	ln -s ../run/resolv.conf "$1/etc/resolv.conf"
	printf 'CONFIG_%s=y\n' VIRTIO_PCI VIRTIO_BLK VIRTIO_NET BLK_DEV_NVME XEN_BLKDEV_FRONTEND XEN_NETDEV_FRONTEND \
		BLK_DEV_SR ISO9660_FS ATA_PIIX SCSI_VIRTIO >"$1/boot/config-6.1"
}

good_first() { # DIR
	mkdir -p "$1/aliyun_custom_image" "$1/grub" "$1/EFI/BOOT"
	: >"$1/EFI/BOOT/BOOTX64.EFI"
	echo 'linux /vmlinuz root=LABEL=osroot' >"$1/grub/grub.cfg"
}

# image, of root/ and first/; how it differs is in variables
TABLE=dos FIRST=FAT32 ROOT=ext4 MIB=6144 MORE='' CODE=boot
EXT4=none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,flex_bg,sparse_super,large_file,huge_file,uninit_bg,dir_nlink,extra_isize

image() {
	[ -d root ] || good_root root
	[ -d first ] || good_first first
	rm -f image
	truncate -s "${MIB}M" image
	cat >table <<-END
		label: $TABLE
		start=${P1}MiB, size=${P1_SIZE}MiB
		start=${P2}MiB, size=${P2_SIZE}MiB
		$MORE
	END
	sfdisk -q image <table
	printf %s "$CODE" | dd of=image conv=notrunc status=none
	put_filesystem "$FIRST" first OSBOOT "$P1" "$P1_SIZE"
	put_filesystem "$ROOT" root osroot "$P2" "$P2_SIZE"
}

put_filesystem() { # TYPE DIR LABEL START SIZE
	case $1 in
	FAT*)
		mkfs.fat -F "${1#FAT}" -s "$([ "$1" = FAT32 ] && echo 1 || echo 4)" -n "$3" -i 5A4B3C2D --offset=$(($4 * 2048)) image $(($5 * 1024)) >/dev/null 2>&1
		(cd "$2" && mcopy -s -i "../image@@${4}M" ./* ::/)
		;;
	squashfs)
		mksquashfs "$2" squashfs -quiet -no-progress >/dev/null
		dd if=squashfs of=image bs=1M seek="$4" conv=notrunc status=none
		;;
	ext4) mke2fs -q -F -O "$EXT4" -L "$3" -d "$2" -E "offset=$(($4 << 20))" image "$5M" ;;
	ext*) mke2fs -q -F -t "$1" -L "$3" -d "$2" -E "offset=$(($4 << 20))" image "$5M" ;;
	esac
}

"$top/config/build/need.sh" -o sfdisk mcopy mkfs.fat mke2fs debugfs qemu-img unsquashfs mksquashfs cpio zstd xz >/dev/null
can_make_images() {
	for tool in sfdisk mcopy mkfs.fat mke2fs debugfs qemu-img unsquashfs mksquashfs cpio; do
		command -v $tool >/dev/null || return
	done
}

### What it says

passes() { # IMAGE...: what is not right, and the exit status
	$check -q "$@" | sed 's/^[0-9]* ok/N ok/'
}
pass="N ok, 0 FAIL, 0 not checked\n"

# says what is wrong, with its status, within time, and writes nothing beside it
bad() { # IMAGE
	ls -A >../before
	timeout 60 "$check" -q "$@" >../said
	status=$?
	sed '$d' ../said
	echo "status $status"
	ls -A | diff ../before -
}
