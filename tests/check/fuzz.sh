#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: fuzz.sh [COUNT [FIRST]]
# osconf-check on COUNT (100) damaged images, the FIRST (1) of which has that number;
# each number is always the same image. fuzz.pl damages them and looks on.
# shellcheck disable=SC2034
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/images.sh"
cd "$scratch" || exit

# Small ones: sizes are not what is looked for
base() { # NAME
	image
	mv image "$scratch/bases/$1"
	rm -rf root first
}

mkdir bases
MIB=32 P1_SIZE=12 P2=14 P2_SIZE=8 FIRST=FAT16
base fat-ext4
TABLE=gpt FIRST=ext2
EXT4=has_journal,64bit,metadata_csum,extent,flex_bg,inline_data
base gpt-ext4
ROOT=none
base ext2
MIB=72 P1_SIZE=35 P2=38 FIRST=FAT32
base fat32
# logical partitions, and the footer of a fixed VHD
MIB=32 P1_SIZE=12 P2=14 TABLE=dos FIRST=none MORE="start=22MiB, size=9MiB, type=5
	start=23MiB, size=1MiB
	start=25MiB, size=2MiB"
base table
qemu-img convert -O vpc -o subformat=fixed,force_size=on bases/table bases/vhd-fixed
FIRST=FAT16 MORE='' ROOT=squashfs
base squashfs
EXT4=none,has_journal,ext_attr,resize_inode,dir_index,filetype,sparse_super
good_root root
sed -i /VIRTIO/d root/boot/config-6.1
mkdir -p ird/lib/modules
for module in virtio_pci virtio_blk virtio_net; do : >"ird/lib/modules/$module.ko"; done
(cd ird && find . | cpio -o -H newc --quiet) >root/boot/initrd.img
ROOT=ext4
base initramfs
# the root is one, once as it is and once compressed
for program in "cat" "gzip -c"; do
	good_root root
	good_first first
	(cd root && find . | cpio -o -H newc --quiet) | $program >first/initrd.img
	ROOT=none
	base "cpio-${program%% *}"
done
# here it is the format that is damaged: what is in it is little
qemu-img convert -O qcow2 bases/ext2 bases/qcow2
qemu-img convert -O vpc -o subformat=dynamic,force_size=on bases/ext2 bases/vhd
qemu-img convert -O vmdk bases/ext2 bases/vmdk
qemu-img convert -c -O qcow2 bases/ext2 bases/qcow2-compressed
qemu-img convert -O vmdk -o subformat=streamOptimized bases/squashfs bases/vmdk-stream
export check
# Two at a time: much of a run is waiting
side() { # COUNT FIRST
	[ "$1" != 0 ] || exit 0
	mkdir "$2"
	cp -R --sparse=always bases "$2"
	cd "$2" && perl "$top/tests/check/fuzz.pl" "$1" "$2"
}
count=${1-100} first=${2-1}
half=$((count / 2))
(side "$half" "$first") &
other=$!
(side $((count - half)) $((first + half)))
status=$?
wait "$other" || status=1
exit "$status"
