# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Cases of run.sh: other partition tables, disks, roots and file systems than
# the usual ones, and hardware that comes late
#
# Its variables are those of run.sh and lib.sh:
# shellcheck disable=SC2016,SC2034,SC2154

HARDWARE_CASES="gpt whole_disk two_disks late mounted_at_boot overlay squashfs read_only_root device_mapper renamed_card ufs1 ufs2"

# The VPC os.conf, whose one card all of these have
VPC_MAC=00:8c:fa:5e:14:23
vpc_state="iZ23r29djmjZ
lo 127.0.0.1/8
eth0 10.171.254.123/24
default via 10.171.254.1 dev eth0
nameserver 7.7.7.7
nameserver 8.8.8.8"

# twice ROOT [EXPECTED]: two boots of the VPC os.conf; what is then left of it
twice() {
	put_conf "$image" "$fixtures/vpc.conf"
	for boot in first second; do
		start virtio "$VPC_MAC" "$1"
		login qwer1234
		is "the $boot boot sets up all of os.conf" "$(state)" "$vpc_state"
		vm_stop
	done
	is "what is left in aliyun_custom_image" "$(list_conf "$image")" "${2-}"
}

# hook INITRAMFS-TEXT [DIR...]: an initramfs that runs it before the root is mounted
hook() {
	mkdir -p "$work/hook"
	echo "$1" >"$work/hook/hook"
	shift
	initramfs=$work/initramfs
	make_initramfs "$initramfs" "$work/hook" "$@"
}

case_gpt() {
	LABEL=gpt
	root_with
	make_image "$image" vfat "$root"
	twice root=LABEL=osroot
}

case_whole_disk() {
	root_with
	mkdir "$root/aliyun_custom_image"
	truncate -s 64M "$image"
	mke2fs -q -F -t ext4 -L osroot -d "$root" -E root_owner=0:0 "$image"
	debugfs -w -R "write $fixtures/vpc.conf aliyun_custom_image/os.conf" "$image" >/dev/null 2>&1
	for boot in first second; do
		start virtio "$VPC_MAC"
		login qwer1234
		is "a root that fills its disk: the $boot boot sets up all" "$(state)" "$vpc_state"
		vm_stop
	done
	e2fsck -fp "$image" >/dev/null 2>&1
	is "what is left" "$(debugfs -R "ls -p aliyun_custom_image" "$image" 2>/dev/null | cut -d/ -f6 | grep -vx -e '' -e . -e ..)" ""
}

# sda comes before vda
case_two_disks() {
	root_with
	other=$work/other.img
	make_image "$other" ext4 ""
	sed 's/^hostname=.*/hostname=other/' "$fixtures/vpc.conf" >"$work/other.conf"
	put_conf "$other" "$work/other.conf"
	make_image "$image" vfat "$root"
	put_conf "$image" "$fixtures/vpc.conf"
	start_both() {
		vm_start "$image" virtio "$VPC_MAC" -kernel "$cache/kernel/vmlinuz" -initrd "$1" -append "$2 $OPTIONS" \
			-drive "file=$other,format=raw,if=none,id=other,cache=unsafe" -device ide-hd,drive=other
	}
	start_both "$vm/initramfs" root=LABEL=osroot
	login qwer1234
	is "two disks have the directory: the one with / counts" "$(vm_run hostname)" iZ23r29djmjZ
	vm_stop
	is "the other's os.conf is left alone" "$(list_conf "$other")" os.conf

	put_conf "$image" "$fixtures/vpc.conf"
	initramfs=$work/initramfs
	make_initramfs "$initramfs" "$root"
	start_both "$initramfs" ""
	login qwer1234
	is "/ is on no disk: the first one counts" "$(vm_run hostname)" other
	is "and it is said" "$(vm_said | grep too:)" \
		"osconf: /dev/vda1 has the directory aliyun_custom_image, too: ignored, -d tells which one is meant"
	vm_stop
	is "the second's os.conf is left alone" "$(list_conf "$image")" os.conf
}

# The drivers of disk and card are loaded after osconf has begun
case_late() {
	root_with
	sed -i 's,^::sysinit:/sbin/osconf,::sysinit:/bin/sh /late,' "$root/etc/inittab"
	cat >"$root/late" <<-'EOF'
		mount -t devtmpfs dev /dev
		(usleep 700000; insmod /later/virtio_blk.ko; usleep 700000; insmod /later/virtio_net.ko) &
		osconf -w 30
	EOF
	MODULES="$MODULES net_failover"
	hook 'mkdir /later && mv /lib/modules/*/virtio_blk.ko /lib/modules/*/virtio_net.ko /later' "$root"
	make_image "$image" vfat ""
	twice "" os.conf.saved
}

case_mounted_at_boot() {
	root_with
	# init would take a line that is there already as the same
	sed -i 's,^::sysinit:/sbin/osconf,::sysinit:/bin/mount -t devtmpfs early /dev\n::sysinit:/bin/mount -o rw LABEL=OSBOOT /boot\n&,' "$root/etc/inittab"
	mkdir "$root/boot"
	make_image "$image" ext4 "$root"
	twice root=LABEL=osroot
	put_conf "$image" "$fixtures/vpc.conf"
	start virtio "$VPC_MAC"
	login qwer1234
	vm_run "sed -i s/-o.rw.LABEL/-o\ ro\ LABEL/ /etc/inittab" >/dev/null
	vm_stop
	put_conf "$image" "$fixtures/vpc.conf"
	start virtio "$VPC_MAC"
	login qwer1234
	is "mounted read-only at /boot: said so, applied all the same, and remembered" \
		"$(vm_said | grep -e read-only -e "can't"; vm_run "grep -c ^applied /etc/os.conf; ls /boot/aliyun_custom_image")" \
		"osconf: /dev/vda1 is read-only
osconf: os.conf: can't remove: Read-only file system
1
os.conf"
	vm_stop
}

case_overlay() {
	root_with "-s os.conf.saved"
	MODULES="$MODULES overlay"
	hook 'mount_root() {
		mkdir -p /lower /upper && mount -o ro "$device" /lower && mount -t tmpfs tmpfs /upper &&
			mkdir /upper/u /upper/w && mount -t overlay -o lowerdir=/lower,upperdir=/upper/u,workdir=/upper/w overlay /new
	}'
	make_image "$image" vfat "$root"
	twice root=LABEL=osroot os.conf.saved
}

# /etc is a copy on a tmpfs
tmpfs_etc() {
	root_with
	mv "$root/etc" "$root/etc.image"
	mkdir "$root/etc"
	cp "$root/etc.image/inittab" "$root/etc/inittab"
	sed -i '1i ::sysinit:/bin/sh -c "mount -t tmpfs tmpfs /etc; cp -a /etc.image/. /etc"' "$root/etc/inittab"
	sed -i '/remount/d' "$root/etc/inittab" "$root/etc.image/inittab"
}

case_squashfs() {
	"$top/config/build/need.sh" mksquashfs || exit 1
	tmpfs_etc
	MODULES="$MODULES squashfs"
	P2_TYPE=squashfs
	hook ':'
	make_image "$image" vfat "$root"
	twice root=/dev/vda2 os.conf.saved
}

case_read_only_root() {
	tmpfs_etc
	make_image "$image" ext4 "$root"
	twice root=LABEL=osroot os.conf.saved
}

# The root is a linear mapping onto partition 2
case_device_mapper() {
	"$top/config/build/need.sh" dmsetup || exit 1
	root_with
	MODULES="$MODULES dm-mod"
	dm=$work/dm
	mkdir -p "$dm/sbin"
	program=$(PATH=$PATH:/usr/sbin:/sbin command -v dmsetup)
	cp "$program" "$dm/sbin/dmsetup"
	for lib in $(ldd "$program" | grep -o '/[^ ]*'); do
		mkdir -p "$dm${lib%/*}"
		cp -L "$lib" "$dm$lib"
	done
	hook 'mount_root() {
		export DM_DISABLE_UDEV=1
		/sbin/dmsetup create root --table "0 $(cat /sys/class/block/vda2/size) linear /dev/vda2 0" &&
			mount -o ro /dev/mapper/root /new
	}' "$dm"
	make_image "$image" ext4 "$root"
	twice root=/dev/vda2
	start virtio "$VPC_MAC" root=/dev/vda2
	login qwer1234
	is "the root was on device mapper" "$(vm_run 'cat /sys/dev/block/$(($(stat -c %d /) / 256)):0/dm/name; cat /sys/block/dm-0/slaves/*/partition')" "root
2"
	vm_kill
}

# A sole card, which another name system has named, with another MAC address than
# that of os.conf; and where messages are seen: the screen of the platform's VNC
# is tty0, its serial log is ttyS0, and the last one is /dev/console
case_renamed_card() {
	root_with
	hook 'mount_root() {
		mount -o ro "$device" /new
		ip link set eth0 name ens5
	}'
	make_image "$image" ext4 "$root"
	put_conf "$image" "$fixtures/vpc.conf"
	vm_start "$image" virtio 02:00:00:00:00:01 -kernel "$cache/kernel/vmlinuz" -initrd "$initramfs" \
		-append "root=LABEL=osroot console=tty0 $OPTIONS" -device VGA
	login qwer1234
	is "a fresh os.conf and a sole card with another name and MAC address: it is used" "$(state | grep -v -e ^lo -e ^name)" "iZ23r29djmjZ
ens5 10.171.254.123/24
default via 10.171.254.1 dev ens5"
	is "its MAC address is saved" "$(vm_run 'grep mac /etc/os.conf')" "eth0_mac_addr='02:00:00:00:00:01'"
	warning="osconf: eth0: no card with MAC address 00:8c:fa:5e:14:23, using ens5 (02:00:00:00:00:01)"
	is "the serial console shows each line once, under quiet" "$(vm_said)" "$warning
osconf: root's password is changed
osconf: /etc/os.conf: written
osconf: /etc/resolv.conf: written
osconf: /etc/hosts: written
osconf: /etc/hostname: written
osconf: hostname iZ23r29djmjZ
osconf: lo: 127.0.0.1/8
osconf: ens5: 10.171.254.123/24
osconf: ens5: route 0.0.0.0/0 via 10.171.254.1"
	is "the screen shows what is wrong" "$(vm_run 'tr "\n" " " </dev/vcs1 | grep -o "osconf: eth0: no card.*:01)"')" "$warning"
	is "dmesg has all of it, once" "$(vm_run "dmesg | sed -n 's/.*\] osconf: /osconf: /p'" | sort)" "$(vm_said | sort -u)"
	vm_kill
}

# Debian's kernel reads UFS and can't write it
ufs() { # VERSION
	"$top/config/build/need.sh" makefs || exit 1
	get_kernel linux-image-amd64 kernel-full || fail "Debian's full kernel can be had"
	KERNEL=kernel-full
	MODULES="$MODULES crc32c_generic ext4 ufs"
	hook ':'
	root_with "-d /dev/vda1"
	make_image "$image" "ufs$1" "$root"
}

# What the platform does: a new file on the partition
put_ufs() {
	mkdir -p "$work/ufs/aliyun_custom_image"
	cp "$1" "$work/ufs/aliyun_custom_image/os.conf"
	make_filesystem "$image" ufs1 "" "$P1_START" "$P1_SIZE" "$work/ufs"
}

said() {
	vm_said | grep -e '^osconf: os.conf' -e '^osconf: root'
}

case_ufs1() {
	ufs 1
	put_ufs "$fixtures/vpc.conf"
	start virtio "$VPC_MAC"
	login qwer1234
	is "it is read and applied" "$(state)" "$vpc_state"
	is "that it can't be removed is said" "$(said)" "osconf: root's password is changed
osconf: os.conf: can't remove: Read-only file system"
	vm_run "echo root:mine | chpasswd" >/dev/null
	vm_stop
	start virtio "$VPC_MAC"
	login mine "a password that was changed since: os.conf is not applied again"
	is "the second boot sets up the network" "$(state)" "$vpc_state"
	is "nothing more is said of os.conf" "$(said)" ""
	vm_stop
	sed 's/^hostname=.*/hostname=new/' "$fixtures/vpc.conf" >"$work/new.conf"
	put_ufs "$work/new.conf"
	start virtio "$VPC_MAC"
	login qwer1234 "the password of a new os.conf"
	is "a new os.conf is applied" "$(vm_run hostname)" new
	vm_stop
}

# makefs puts its UFS2 superblock where Linux does not look
case_ufs2() {
	ufs 2
	start virtio "$VPC_MAC"
	vm_wait 'login: $' || fail "the machine boots"
	is "UFS2 whose superblock is not where Linux looks: said plainly" "$(vm_said | grep /dev)" \
		"osconf: /dev/vda1: no FAT, ext or UFS file system"
	vm_kill
}
