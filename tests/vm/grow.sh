#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Power cuts (see cuts.sh) while the image's root grows to its disk, at the first
# boot on one that is larger than the image: from each of the disks that they
# leave, the root has to come to the same size, whole.
#
# STATES= how many (40), SEED=
set -u

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/cuts.sh"
: "${STATES:=40}"
P1_SIZE=35 P2_SIZE=24
LARGER=160 # MiB: each state is put together anew
name="the root grows"

make_disk() {
	"$top/config/image/make-image.sh" --whole-root "$work/root" || return
	sed -i "/dropbear/d; /syslogd/d; /acpid/d" "$work/root/etc/inittab"
	set_password "$work/root" builder 19000
	dd if=/dev/urandom of="$work/root/etc/file" bs=64k count=8 status=none
	DISK_SIZE=$LARGER
	# with the features of the image's root, and no other
	features=$(sed -n '/^EXT4_FEATURES=/,/[^\\]$/p' "$top/config/image/make-image.sh" | tr -d '\\\n' | sed 's/.*=none,//')
	printf '[defaults]\nbase_features = %s\ninode_size = 256\nblocksize = 4096\n[fs_types]\next4 = {\n\tfeatures = extent\n}\nsmall = {\n\tinode_size = 256\n}\n' "$features" >"$work/mke2fs.conf"
	export MKE2FS_CONFIG="$work/mke2fs.conf"
	make_image "$work/disk.img" vfat "$work/root"
	printf 'a boot loader' | dd of="$work/disk.img" conv=notrunc status=none
}

if ! get_kernel || ! get_package e2fsck-static e2fsck; then
	echo "SKIPPED: $name: there is no kernel for virtual machines, or no e2fsck"
	exit
fi
new_work grow
make_initramfs "$vm/initramfs"
make_disk || fail "its disk is made"
record_boot "" builder || fail "a boot is recorded"
try_states grow-state "" 768 "mib=$LARGER"
# sectors, and blocks of 4 KiB
larger=$((LARGER - P1_START - P1_SIZE))
verdict "$name: after a power cut in $count states of $flushes flushes, in $early of them before it had begun" \
	"EXPECTED partition $((larger << 11)) of $((larger << 8)) blocks" "EXPECTED grow-root 0" "EXPECTED e2fsck 0"
