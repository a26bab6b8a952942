#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Instances in virtual machines: every file system, bus and way to name the
# first partition; one card to three; from first boot to an image made from an
# instance. Each case below is a process of its own, two at a time.
#
#   vm/run.sh [CASE...]
set -u

here=$(cd "$(dirname "$0")" && pwd)

. "$here/lib.sh"
fixtures=$top/tests/fixtures
MACS="00:8c:fa:5e:14:23 00:8c:fa:5e:14:24"

. "$here/hardware.sh"
. "$here/drive.sh"
CASES="$HARDWARE_CASES $DRIVE_CASES fat32 ext2 ext3 ext4 ide nvme initramfs single_partition before_fsck idle_fat swapped_cards three_cards child first_login wrong_partition damaged_fat32 damaged_ext4"

classic_state="iZ23r29djmjZ
lo 127.0.0.1/8
eth0 10.171.254.123/24
eth1 42.120.74.105/24
10.0.0.0/8 via 10.171.254.1 dev eth0
172.16.0.0/12 via 10.171.254.1 dev eth0
default via 42.120.74.1 dev eth1
nameserver 7.7.7.7
nameserver 8.8.8.8"

# A root file system with osconf's line in its inittab, shared by the cases
root_with() {
	root=$work/root
	rm -rf "$root"
	make_root "$root" "::sysinit:/sbin/osconf ${1-}"
}

# start BUS [MACS [ROOT]]: boots the image with the kernel beside it
start() {
	vm_start "$image" "$1" "${2-$MACS}" -kernel "$cache/${KERNEL:-kernel}/vmlinuz" -initrd "${initramfs-$vm/initramfs}" \
		-append "${3-root=LABEL=osroot} $OPTIONS"
}

login() {
	vm_login "$1" || fail "root logs in"
	echo "PASS: $name: root logs in with ${2-the password of os.conf}"
}

# dialogue WHAT PROMPT [ANSWER] ...
dialogue() {
	what=$1
	shift
	vm_dialogue "$@" || fail "$what"
	echo "PASS: $name: $what"
}

state() {
	vm_run "hostname; ip -o -4 addr | sed 's/^[0-9]*: *\\([^ ]*\\) *inet \\([^ ]*\\).*/\\1 \\2/'; ip route | sed 's/ *\$//; / src /d' | sort; cat /etc/resolv.conf"
}

# What partition 1's blocks hold of the password, in clear or as base64
password_blocks() {
	dd if="$image" bs=1M skip="$P1_START" count="$P1_SIZE" status=none | grep -acF -e qwer1234 -e cXdlcjEyMzQ
}

# Two boots of the classic os.conf on a disk at a bus
first_and_second_boot() {
	put_conf "$image" "$fixtures/classic.conf"
	is "the platform's os.conf is on the partition's blocks" "$(password_blocks)" 1
	start "$1"
	login qwer1234
	is "the first boot sets up all of os.conf" "$(state)" "$classic_state"
	vm_stop
	is "os.conf is gone, its directory is there" "$(list_conf "$image")" "${2-}"
	is "the password is on no block of the partition" "$(password_blocks)" 0
	start "$1"
	login qwer1234
	is "the second boot sets it up again" "$(state)" "$classic_state"
	vm_stop
}

case_fat32() {
	root_with "-d UUID=5A4B-3C2D"
	FAT_ID=5a4b3c2d
	make_image "$image" vfat "$root"
	first_and_second_boot virtio
}

case_ext2() {
	root_with "-d LABEL=OSBOOT"
	make_image "$image" ext2 "$root"
	first_and_second_boot virtio
}

case_ext3() {
	root_with "-d /dev/vda1"
	make_image "$image" ext3 "$root"
	first_and_second_boot virtio
}

case_ext4() {
	root_with
	make_image "$image" ext4 "$root"
	first_and_second_boot virtio
}

case_ide() {
	root_with
	make_image "$image" vfat "$root"
	first_and_second_boot ide
}

case_nvme() {
	root_with
	make_image "$image" ext4 "$root"
	first_and_second_boot nvme
}

case_initramfs() {
	root_with
	initramfs=$work/initramfs
	make_initramfs "$initramfs" "$root"
	make_image "$image" vfat ""
	put_conf "$image" "$fixtures/classic.conf"
	for boot in first second; do
		start virtio "$MACS" ""
		login qwer1234
		is "a root that does not last: the $boot boot sets up all" "$(state)" "$classic_state"
		vm_stop
	done
	is "the settings are on the first partition" "$(list_conf "$image")" "os.conf.saved"
	is "the password is on no block of the partition" "$(password_blocks)" 0
}

case_single_partition() {
	root_with
	make_single_partition_image "$image" "$root"
	first_and_second_boot virtio
}

# The first partition is the root, and osconf runs before fsck has seen it: nobody's
# superblock becomes writable. Once it is, os.conf is applied in full
case_before_fsck() {
	root_with
	sed -i '/remount,rw/d; s,^::sysinit:/sbin/osconf.*,::sysinit:/bin/sh /before,' "$root/etc/inittab"
	cat >"$root/before" <<-'EOF'
		superblock() {
			echo "superblock: $(sed -n 's/.* - ext4 [^ ]* \(r[ow]\).*/\1/p' /proc/self/mountinfo)"
		}
		osconf
		superblock
		mount -o remount,rw /
		superblock
		osconf
	EOF
	make_single_partition_image "$image" "$root"
	put_conf "$image" "$fixtures/classic.conf"
	start virtio
	login qwer1234
	is "the superblock stays as it is" "$(tr -d '\r' <"$console" | grep ^superblock)" "superblock: ro
superblock: rw"
	is "it is said that the partition is read-only" "$(vm_said | grep -m 1 /dev/)" "osconf: /dev/vda1 is read-only"
	is "all is set up" "$(state)" "$classic_state"
	vm_stop
	is "os.conf is gone, its directory is there" "$(list_conf "$image")" ""
}

# On FAT, mounting for writing alone writes. tests/spec/partition.tests has the ext file systems
case_idle_fat() {
	root_with
	truncate -s 1M "$root/fat.img"
	mkfs.fat "$root/fat.img" >/dev/null 2>&1
	mmd -i "$root/fat.img" ::/aliyun_custom_image
	cat >"$root/idle" <<-'EOF'
		losetup /dev/loop0 /fat.img
		sync
		set -- $(cat /sys/block/loop0/stat)
		writes=$5 flushes=${16}
		for n in 1 2 3 4 5 6 7 8 9 10; do
			osconf -q -d /dev/loop0 || echo failed
		done
		sync
		set -- $(cat /sys/block/loop0/stat)
		echo $(($5 - writes)) writes, $((${16} - flushes)) flushes
	EOF
	make_image "$image" ext4 "$root"
	put_conf "$image" "$fixtures/classic.conf"
	start virtio
	login qwer1234
	is "ten boots without an os.conf write not one block" "$(vm_run 'sh /idle' | no_times)" "0 writes, 0 flushes"
	vm_stop
}

case_swapped_cards() {
	root_with
	make_image "$image" ext4 "$root"
	put_conf "$image" "$fixtures/classic.conf"
	start virtio "00:8c:fa:5e:14:24 00:8c:fa:5e:14:23"
	login qwer1234
	is "addresses go by MAC address" "$(state | grep ^eth)" "eth0 42.120.74.105/24
eth1 10.171.254.123/24"
	vm_stop
}

case_three_cards() {
	root_with
	make_image "$image" ext4 "$root"
	{
		cat "$fixtures/classic.conf"
		echo "eth2_ip_addr=192.168.9.9"
		echo "eth2_netmask=255.255.255.0"
		echo "eth2_mac_addr=00:8c:fa:5e:14:25"
	} >"$work/three.conf"
	put_conf "$image" "$work/three.conf"
	start virtio "00:8c:fa:5e:14:25 $MACS"
	login qwer1234
	is "each has its address" "$(state | grep ^eth)" "eth0 192.168.9.9/24
eth1 10.171.254.123/24
eth2 42.120.74.105/24"
	on_cards() {
		vm_run "ip addr flush dev eth1; $1; osconf -q; ip -o -4 addr | sed -n 's/.* \([a-z]*[0-9]\) .*10.171.254.123.*/\1/p'"
	}
	is "a bridge with a card's MAC address is not taken for it" \
		"$(on_cards "ip link add name br0 type bridge; ip link set br0 address 00:8c:fa:5e:14:23; ip link set br0 up")" eth1
	is "a card that is a port of the bridge: the bridge has the address" "$(on_cards "ip link set eth1 master br0")" br0
	vm_stop
}

# An image that is made from an instance is started with an os.conf of its own
case_child() {
	root_with
	make_image "$image" vfat "$root"
	put_conf "$image" "$fixtures/classic.conf"
	start virtio
	login qwer1234
	vm_stop
	cat >"$work/child.conf" <<-EOF
		hostname=child
		password=Y2hpbGQtMQo=
		eth0_ip_addr=10.9.9.9
		eth0_netmask=255.0.0.0
		eth0_mac_addr=00:8c:fa:00:00:99
		eth0_route="0.0.0.0/0 10.0.0.1"
		dns_nameserver=1.1.1.1
	EOF
	put_conf "$image" "$work/child.conf"
	start virtio 00:8c:fa:00:00:99
	login child-1
	is "the child is itself, not its parent" "$(state)" "child
lo 127.0.0.1/8
eth0 10.9.9.9/8
default via 10.0.0.1 dev eth0
nameserver 1.1.1.1"
	vm_stop
}

# An image with a default password of day 0 (shadow(5)): nobody gets a session
# with it
case_first_login() {
	root_with
	set_password "$root" default-1 0
	echo 'guest:x:1000:1000::/tmp:/bin/sh' >>"$root/etc/passwd"
	echo "guest:$("$BUILD/busybox" mkpasswd -m sha512 guest-1 saltsalt):19000:0:99999:7:::" >>"$root/etc/shadow"
	make_image "$image" vfat "$root"
	start virtio
	dialogue "the default password must be changed: not to an empty one, not to the same" \
		'login: $' root 'Password: $' default-1 '^You must change your password now' \
		'New password: $' '' 'neither empty nor the old one' \
		'New password: $' default-1 'neither empty nor the old one'
	dialogue "not to one that is typed in two ways" 'New password: $' new-1 'Retype password: $' new-2 "Passwords don't match"
	dialogue "whoever gives up gets no session" 'New password: $' "$(printf '\004')" 'password for root is unchanged' 'login: $' root
	dialogue "the default password is still to be changed" \
		'Password: $' default-1 'New password: $' new-1 'Retype password: $' new-1 '# $' 'expr 1 + 1' '^2'
	dialogue "it is asked for once" '# $' exit 'login: $' root 'Password: $' new-1 '# $' 'expr 1 + 2' '^3'
	is "the default password is no good any more" "$(vm_run 'grep -c "^root:.6.saltsalt" /etc/shadow')" 0
	dialogue "login -f, without a password: the same" '# $' "sed -i 's/^\(root:[^:]*\):[0-9]*/\1:0/' /etc/shadow; exec login -f root" \
		'New password: $' new-3 'Retype password: $' new-3 '# $' 'expr 1 + 3' '^4'
	dialogue "an account with another day is not asked" '# $' exit 'login: $' guest 'Password: $' guest-1 '[$] $' 'expr 1 + 4' '^5'
	vm_kill
}

# What -d may not be, and what is said of it; saved settings are applied all
# the same
case_wrong_partition() {
	root_with
	truncate -s 1M "$root/fat.img"
	mkfs.fat "$root/fat.img" >/dev/null 2>&1
	make_image "$image" ext4 "$root"
	put_conf "$image" "$fixtures/classic.conf"
	start virtio
	login qwer1234
	wrong() { # PART MESSAGE
		is "-d $1" "$(vm_run "ip link set eth0 down; osconf -q -w 0 -d $1; echo \$?; ip -o -4 addr show eth0 | grep -c 10.171.254.123" | no_times)" "$2
1
1"
	}
	wrong UUID=1234-5678 "osconf: UUID=1234-5678: no such partition"
	wrong LABEL=OSB "osconf: LABEL=OSB: no such partition"
	wrong /dev/vdz1 "osconf: /dev/vdz1: no such partition"
	wrong /dev/vda "osconf: /dev/vda: no FAT, ext or UFS file system"
	wrong /dev/null "osconf: /dev/null: can't open: Not a directory"
	wrong /etc/passwd "osconf: /etc/passwd: can't open: Not a directory"
	wrong /dev/vda2 "osconf: /dev/vda2: can't open directory aliyun_custom_image: No such file or directory"
	wrong /root "osconf: /root: can't open directory aliyun_custom_image: No such file or directory"
	is "a partition whose file system is broken" \
		"$(vm_run "dd if=/dev/zero of=/dev/vda1 bs=1k seek=2 count=2000 2>/dev/null; osconf -q; echo \$?" | no_times | grep -v 'EXT4-fs')" \
		"osconf: can't mount /dev/vda1 (ext4): the file system is damaged, or has what this kernel does not know
1"
	is "a partition whose driver is missing" \
		"$(vm_run "rmmod vfat; losetup /dev/loop0 /fat.img; osconf -q -w 0 -d /dev/loop0; echo \$?; losetup -d /dev/loop0" | no_times | grep -v EXT4-fs)" \
		"osconf: can't mount /dev/loop0 (vfat): this kernel has no driver for it
1"
	vm_stop
}

# File systems with wrong bytes in their first 2, 8, 32 or 128 KiB, where what
# describes them is: osconf ends, tells what is wrong or applies os.conf, and
# the root is as it should be
damaged() { # FILESYSTEM
	root_with
	cp "$fixtures/vpc.conf" "$root/"
	cat >"$root/damage" <<-'EOF'
		dmesg -n 1
		mount -t tmpfs tmpfs /tmp
		cp /etc/passwd /etc/shadow /tmp
		mount /dev/vda1 /mnt
		cp /vpc.conf /mnt/aliyun_custom_image/os.conf
		umount /mnt
		cat /dev/vda1 >/tmp/good
		seed=0 refused=0
		while [ $seed -lt 12 ]; do
			seed=$((seed + 1))
			cp /tmp/good /tmp/bad
			losetup /dev/loop0 /tmp/bad
			chance=$seed i=0
			while [ $i -lt 60 ]; do
				i=$((i + 1))
				chance=$(((chance * 1103515245 + 12345) & 0x7fffffff))
				at=$(((chance >> 8) % (2048 << (seed % 4 * 2))))
				printf "\\$(printf %o $((128 + chance % 127)))" | dd of=/dev/loop0 bs=1 seek=$at 2>/dev/null || echo "seed $seed: not damaged"
			done
			cp /tmp/passwd /tmp/shadow /etc
			timeout 60 osconf -q -w 0 -d /dev/loop0 2>/tmp/log
			status=$?
			umount /dev/loop0 2>/dev/null
			losetup -d /dev/loop0
			[ $status = 0 ] || refused=$((refused + 1))
			case $status in
			0) ;;
			1) grep -q ^osconf: /tmp/log || echo "seed $seed: no message" ;;
			*) echo "seed $seed: status $status" ;;
			esac
			grep -q ^root: /etc/passwd && [ "$(sed 's/.*://' /etc/shadow | wc -l)" = 1 ] || echo "seed $seed: accounts"
		done
		[ $refused != 0 ] || echo "no damage was seen"
		echo done $seed
	EOF
	P1_SIZE=36
	make_image "$image" "$1" "$root"
	put_conf "$image" "$fixtures/vpc.conf"
	start virtio
	login qwer1234
	is "osconf ends with a message or all done on each of 12" "$(vm_run 'sh /damage 2>&1')" "done 12"
	vm_kill
}

case_damaged_fat32() {
	damaged vfat
}

case_damaged_ext4() {
	damaged ext4
}

if [ "${1-}" = --case ]; then
	name=$2
	work=$(mktemp -d "$vm/$name.XXXXXX") || exit 1
	trap '[ -z "${qemu_pid-}" ] || kill "$qemu_pid" 2>/dev/null; rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
	image=$work/disk.img
	"case_$name"
	exit
fi

get_kernel || {
	echo "SKIPPED: virtual machines: there is no kernel for them"
	exit
}
"$top/config/build/need.sh" genisoimage || exit 1
make_initramfs "$vm/initramfs"
logs=$(mktemp -d "$vm/logs.XXXXXX")
trap 'rm -rf "$logs"' EXIT
[ $# != 0 ] || eval "set -- $CASES"
# shellcheck disable=SC2016
printf '%s\n' "$@" | xargs -P 2 -I CASE sh -c '
	"$0" --case CASE >"$1/CASE" 2>&1 || echo "FAIL: CASE runs to its end" >>"$1/CASE"
	cat "$1/CASE"' "$0" "$logs"
! grep -q '^FAIL' "$logs"/*
