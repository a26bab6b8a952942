#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# From nothing to an image that can be uploaded to Alibaba Cloud, without root
# and without mounting anything:
#
#   make-image.sh IMAGE                      a raw disk image
#   make-image.sh --root DIR                 its root file system, of busybox alone
#   make-image.sh --whole-root DIR           the same with dropbear and what grows it
#   make-image.sh --initramfs FILE [DIR...]  its initramfs; what is in DIRs, too
#
# ARCH is x86_64 or aarch64. BUILD is the directory where make has left busybox
# (with osconf in it), and has cache/ for what comes from Debian, in the version of
# the day when it is not there yet: kernel, GRUB, dropbear, sfdisk and resize2fs. MODULES names more
# of the kernel's modules to load, KERNEL another directory in cache/ with a kernel.
set -eu
umask 022
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
: "${BUILD:=$here/../../build}"
. "$here/../build/apt.sh"
. "$here/../build/package.sh"
[ "$1" = --root ] || "$here/../build/need.sh" cpio mcopy mkfs.fat mke2fs debugfs sfdisk grub-mkimage readelf xz

# In MiB. The first partition has room for a second kernel; the platform wants
# more than 5 GiB in all
FIRST_START=1 FIRST_SIZE=128 DISK_SIZE=6144
FAT_ID=6f736366 ROOT_ID=6f736366-6f73-4f63-8f66-6f7363666f73

# What ext4 had when it became stable (Linux 2.6.28), so that every kernel and
# e2fsprogs since 2008 can mount, check and grow it. The platform refuses 64bit,
# which is mke2fs's default; metadata_csum (Linux 3.5), metadata_csum_seed (4.4) and
# orphan_file (5.15) would only lock out older tools
EXT4_FEATURES=none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,flex_bg\
,sparse_super,large_file,huge_file,uninit_bg,dir_nlink,extra_isize

# For disks and cards of the platform's instance types, and QEMU's IDE. What the
# kernel has built in (nvme, ext4) is no module
DRIVERS="virtio_pci virtio_blk virtio_scsi virtio_net xen-blkfront xen-netfront sd_mod ata_piix"
# For the first partition, a config drive, which may come late, and the power button,
# which acpid hears through evdev
NO_DRIVERS="vfat nls_cp437 nls_ascii sr_mod isofs button evdev ${MODULES-}"

case $ARCH in
x86_64) efi=x86_64-efi efi_file=BOOTX64.EFI ;;
aarch64) efi=arm64-efi efi_file=BOOTAA64.EFI ;;
esac
busybox=$BUILD/busybox run=''
if [ "$ARCH" != "$(uname -m)" ]; then
	busybox=$BUILD/$ARCH/busybox run=qemu-$ARCH-static
	"$here/../build/need.sh" "$run"
fi
kernel=$cache/${KERNEL:-kernel}

get_packages() {
	get_kernel
	get_package "grub-efi-$debian_arch-bin" "$efi"
	[ "$ARCH" != x86_64 ] || get_package grub-pc-bin i386-pc
	get_root dropbear dropbear-bin
	get_root grow fdisk util-linux e2fsprogs
}

make_root() { # DIR
	mkdir -p "$1"
	(cd "$1" && mkdir -p bin sbin usr/bin usr/sbin etc lib proc sys dev run tmp mnt root var/log)
	cp "$busybox" "$1/bin/busybox"
	$run "$busybox" --list-full | while read -r applet; do
		[ "$applet" = bin/busybox ] || ln -s /bin/busybox "$1/$applet"
	done
	cp -R "$here/root/." "$1"
	chmod 600 "$1/etc/shadow"
	ln -s /proc/mounts "$1/etc/mtab"
}

# What the image has beside busybox: the SSH server, and what grow-root needs
add_programs() { # DIR
	add_program "$1" dropbear usr/sbin/dropbear
	add_program "$1" grow sbin/sfdisk
	add_program "$1" grow usr/bin/resizepart
	add_program "$1" grow sbin/resize2fs
}

# A program with the libraries that it is linked with
add_program() { # DIR PACKAGES FILE
	program=$cache/$2/$3
	echo "$2 $3" >>"$1.taken"
	install -D "$program" "$1/$3"
	add_libraries "$1" "$2" "$program"
	loader=$(readelf -l "$program" | sed -n 's/.*interpreter: \(.*\)]/\1/p')
	[ -e "$1$loader" ] || install -D "$1/lib/${loader##*/}" "$1$loader"
}

add_libraries() { # DIR PACKAGES FILE
	for name in $(readelf -d "$3" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
		[ ! -e "$1/lib/$name" ] || continue
		library=$(readlink -f "$(find "$cache/$2" -path "*/lib/*/$name" | head -n 1)")
		echo "$2 ${library#"$(readlink -f "$cache/$2")/"}" >>"$1.taken"
		cp "$library" "$1/lib/$name"
		add_libraries "$1" "$2" "$1/lib/$name"
	done
}

make_initramfs() { # FILE [DIR...]
	cpio=$1
	shift
	tree=$(mktemp -d "$BUILD/initramfs.XXXXXX")
	for dir; do
		cp -a "$dir/." "$tree"
	done
	mkdir -p "$tree/bin" "$tree/lib"
	cp "$busybox" "$tree/bin/busybox"
	cp "$here/init" "$tree/init"
	modules=$tree/lib/modules/$(ls "$kernel/lib/modules")
	mkdir -p "$modules"
	for module in $DRIVERS $NO_DRIVERS; do
		add_module "$module"
	done
	# says which drivers are no modules, for osconf-check
	cp "$kernel"/lib/modules/*/modules.builtin "$modules"
	echo "$NO_DRIVERS" | xargs -n 1 >"$tree/modules"
	set_times "$tree"
	(cd "$tree" && find . | sort | cpio -o -H newc -R 0:0 --reproducible --quiet | gzip -9n) >"$cpio"
	rm -rf "$tree"
}

# A module and those that it needs, as it says itself
add_module() { # NAME
	file=$(find "$kernel/lib/modules" -name "$(echo "$1" | sed 's/[-_]/[-_]/g').ko*")
	name=${file##*/}
	name=$modules/${name%.xz}
	[ -n "$file" ] && [ ! -e "$name" ] || return 0
	case $file in
	*.xz) xz -dc "$file" >"$name" ;;
	*) cp "$file" "$name" ;;
	esac
	for needed in $(tr '\0' '\n' <"$name" | sed -n 's/^depends=//p' | tr , ' '); do
		add_module "$needed"
	done
}

make_grub() { # TARGET PREFIX FILE [MODULE...]
	target=$1 prefix=$2 file=$3
	shift 3
	grub-mkimage -O "$target" -d "$cache/$target/usr/lib/grub/$target" -p "$prefix" -o "$file" \
		part_msdos fat normal linux serial terminal test "$@"
}

# The same image from the same programs: no time of today is in it, and no number
# drawn by lot. The time is that of the kernel's package; not by touch -r, which takes
# over when the kernel was last read, too
set_times() { # DIR
	find "$1" -exec touch -h -d "@$(stat -c %Y "$kernel/vmlinuz")" {} +
}

make_whole_root() { # DIR
	get_packages
	make_root "$1"
	add_programs "$1"
}

# All files are root's, whoever runs this; a journal of zeros needs not be written
make_ext4() { # DIR IMAGE START SIZE (in MiB)
	set_times "$1"
	E2FSPROGS_FAKE_TIME=$(stat -c %Y "$kernel/vmlinuz")
	export E2FSPROGS_FAKE_TIME
	$([ "$(id -u)" = 0 ] || echo unshare -r) mke2fs -q -F -t ext4 -O "$EXT4_FEATURES" -L osroot -U $ROOT_ID -d "$1" \
		-E "offset=$(($3 << 20)),root_owner=0:0,lazy_journal_init=1,hash_seed=$ROOT_ID" "$2" "$4M"
	# mke2fs takes a file's ctime over, which nobody can set
	(cd "$1" && find . ! -name .) | sed "s/^\.\(.*\)/sif \"\1\" ctime @$E2FSPROGS_FAKE_TIME/" |
		debugfs -w -f - "$2?offset=$(($3 << 20))" >/dev/null 2>&1
	unset E2FSPROGS_FAKE_TIME
}

# Debian's packages of which something is in the image, as record_deb has them
contents() { # WHAT-WAS-TAKEN
	cat "$cache/${KERNEL:-kernel}.contents" "$cache/$efi.contents"
	[ "$ARCH" != x86_64 ] || cat "$cache/i386-pc.contents"
	sort -u "$1" | while read -r root file; do
		package=$(sed -n "s,^\([^ ]*\) \./$file\$,\1,p" "$cache/$root.files")
		grep "^$package	" "$cache/$root.contents" || {
			echo "make-image.sh: $root/$file: of no package" >&2
			exit 1
		}
	done
}

make_image() { # IMAGE
	files=$1.files image=$1.files/image first=$1.files/first
	rm -rf "$files"
	mkdir -p "$first/aliyun_custom_image" "$first/EFI/BOOT" "$first/grub"
	make_whole_root "$files/root"
	make_initramfs "$first/initramfs"
	cp "$kernel/vmlinuz" "$first/vmlinuz"
	cp "$here/grub.cfg" "$first/grub"
	# UEFI starts what has this name on a partition of type ef
	make_grub "$efi" /grub "$first/EFI/BOOT/$efi_file" efi_gop

	truncate -s "${DISK_SIZE}M" "$image"
	sfdisk -q "$image" <<-END
		label: dos
		label-id: 0x$FAT_ID
		start=${FIRST_START}MiB, size=${FIRST_SIZE}MiB, type=ef, bootable
		start=$((FIRST_START + FIRST_SIZE))MiB
	END
	# A BIOS starts the first sector, and that GRUB from those behind it
	if [ "$ARCH" = x86_64 ]; then
		make_grub i386-pc '(,msdos1)/grub' "$files/grub" biosdisk
		dd if="$cache/i386-pc/usr/lib/grub/i386-pc/boot.img" of="$image" bs=440 count=1 conv=notrunc status=none
		dd if="$files/grub" of="$image" bs=512 seek=1 conv=notrunc status=none
	fi
	set_times "$first"
	mkfs.fat -F 32 -n OSBOOT -i $FAT_ID --invariant -C "$files/fat" $((FIRST_SIZE * 1024)) >/dev/null
	TZ=UTC0 mcopy -s -m -i "$files/fat" "$first"/* ::/
	dd if="$files/fat" of="$image" bs=1M seek=$FIRST_START conv=notrunc,sparse status=none
	make_ext4 "$files/root" "$image" $((FIRST_START + FIRST_SIZE)) $((DISK_SIZE - FIRST_START - FIRST_SIZE))
	contents "$files/root.taken" | sort -u >"${1%.*}.contents"
	mv "$image" "$1"
	rm -rf "$files"
}

case $1 in
--whole-root)
	make_whole_root "$2"
	rm -f "$2.taken"
	;;
--root | --initramfs)
	what=${1#--}
	shift
	"make_$what" "$@"
	;;
*) make_image "$1" ;;
esac
