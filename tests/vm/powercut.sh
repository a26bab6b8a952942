#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Power cuts during a first boot (see cuts.sh): osconf runs on each of the disks
# that they leave, and has to come to the same end.
#
#   vm/powercut.sh [FILESYSTEM...]       of partition 1: vfat, ext4, ext2
#
# STATES= how many of each (72), SEED=
set -u

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/cuts.sh"
: "${STATES:=72}"

# Small ones: each state is put together anew. FAT32 has at least 65,525
# clusters
P1_SIZE=35
P2_SIZE=24
MACS="00:8c:fa:5e:14:23 00:8c:fa:5e:14:24"

case_of() { # FILESYSTEM
	make_root "$work/root" "::sysinit:/sbin/osconf"
	make_image "$work/disk.img" "$1" "$work/root"
	put_conf "$work/disk.img" "$top/tests/fixtures/classic.conf"
	record_boot "$MACS" qwer1234 || fail "$1: a boot is recorded"
	try_states powercut-state "$MACS" 512 "mib=$(($(p2_start) + P2_SIZE)) p1=$P1_START p2=$(p2_start)"
	verdict "$name: $1: $count states of $flushes flushes come to the same end ($counted after e2fsck)" \
		"EXPECTED the password is right" "EXPECTED eth1 42.120.74.105/24" "EXPECTED status 0"
}

name="power cuts"
if [ "${1-}" = --case ]; then
	new_work powercut
	case_of "$2"
	exit
fi
if ! get_kernel || ! get_package e2fsck-static e2fsck; then
	echo "SKIPPED: $name: there is no kernel for virtual machines, or no e2fsck"
	exit
fi
make_initramfs "$vm/initramfs"
[ $# != 0 ] || set -- vfat ext4 ext2
printf '%s\n' "$@" | xargs -P 2 -n 1 "$0" --case
