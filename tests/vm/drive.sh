# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Cases of run.sh: an instance on Tencent Cloud, whose settings are on a config
# drive, a CD-ROM
#
# Its variables are those of run.sh and lib.sh:
# shellcheck disable=SC2016,SC2034,SC2153,SC2154

DRIVE_CASES="drive_ide drive_scsi drive_and_partition drive_labels two_drives late_drive hostile_drive"

TENCENT_MAC=52:54:00:e1:96:eb
tencent_state="VM_10_20_xxxx
lo 127.0.0.1/8
eth0 10.104.62.201/18
default via 10.104.0.1 dev eth0
nameserver 10.138.224.65
nameserver 10.182.20.26
nameserver 10.182.24.12"

# The documentation's example with a real PASSWORD, and more LINES
drive_conf() { # FILE PASSWORD [LINE...]
	grep -v ^password= "$fixtures/tencent.conf" >"$1"
	echo "password=$("$BUILD/busybox" mkpasswd -m sha512 "$2" saltsalt)" >>"$1"
	file=$1
	shift 2
	printf '%s\n' "$@" >>"$file"
}

# What the platform writes for an instance: $work/drive
write_drive() { # PASSWORD [LINE...]
	rm -rf "$work/cd"
	mkdir -p "$work/cd/qcloud_action" "$work/cd/openstack/latest"
	echo '{}' >"$work/cd/openstack/latest/meta_data.json"
	drive_conf "$work/cd/qcloud_action/os.conf" "$@"
	make_drive "$work/drive" "$work/cd" -J
}

# Boots the image with the CD-ROMs in $cds: BUS:IMAGE, BUS is ide or scsi
start_with_drives() {
	options=
	n=0
	for cd in $cds; do
		n=$((n + 1))
		options="$options -drive file=${cd#*:},format=raw,if=none,id=cd$n,media=cdrom,readonly=on -device ${cd%%:*}-cd,drive=cd$n"
	done
	# shellcheck disable=SC2086
	vm_start "$image" virtio "${MAC-$TENCENT_MAC}" -kernel "$cache/kernel/vmlinuz" -initrd "${initramfs-$vm/initramfs}" \
		-append "${ROOT-root=LABEL=osroot} $OPTIONS" -device virtio-scsi-pci $options
}

# visit PASSWORD WHAT [STATE]
visit() {
	start_with_drives
	login "$1" "$2"
	is "$2: host name, cards, routes, name servers" "$(state)" "${3-$tencent_state}"
}

# From a first boot to an image made from the instance, with the drive at a BUS
life_with_drive() {
	root_with
	make_image "$image" vfat "$root"
	cds=$1:$work/drive
	write_drive qwer1234 instance_id=ins-1
	visit qwer1234 "the first boot, the drive's password"
	is "the platform's file is as it was" "$(vm_run 'mount -t iso9660 -o ro /dev/sr0 /mnt; cat /mnt/qcloud_action/os.conf; umount /mnt')" \
		"$(cat "$work/cd/qcloud_action/os.conf")"
	vm_run 'echo root:mine-1 | chpasswd' >/dev/null
	vm_stop
	visit mine-1 "the second boot, the user's own password"
	is "no file is written" "$(vm_said | grep -v -e hostname -e lo: -e eth0:)" ""
	vm_stop
	write_drive Neu-1234 instance_id=ins-1
	visit Neu-1234 "a new password from the console"
	vm_stop
	is "the first partition has nothing of it" "$(list_conf "$image")" ""
	write_drive child-1 instance_id=ins-2 hostname=VM_child eth0_mac_addr=52:54:00:00:00:99 eth0_ip_addr=10.104.1.1
	MAC=52:54:00:00:00:99
	visit child-1 "an image made from the instance" "$(echo "$tencent_state" | sed 's/VM_.*/VM_child/; s/10.104.62.201/10.104.1.1/')"
	vm_stop
}

case_drive_ide() {
	life_with_drive ide
}

case_drive_scsi() {
	life_with_drive scsi
}

# The same image on the other platform, and what happens if both files are there
case_drive_and_partition() {
	root_with
	make_image "$image" ext4 "$root"
	put_conf "$image" "$fixtures/vpc.conf"
	write_drive Neu-1234
	cds="" MAC=$VPC_MAC
	visit qwer1234 "the first partition's password, without a drive" "$vpc_state"
	# if it did, the console would not be ready in time
	is "no drive, and settings from a first partition: a boot does not wait for one" "$(vm_run 'osconf -w 1000; echo $?')" 0
	vm_stop
	is "os.conf is gone" "$(list_conf "$image")" ""

	put_conf "$image" "$fixtures/vpc.conf"
	cds=ide:$work/drive
	visit qwer1234 "the first partition's password, though there is a drive" "$vpc_state"
	is "it is said" "$(vm_said | grep qcloud)" \
		"osconf: qcloud_action/os.conf is ignored: the first partition has one"
	vm_stop
	is "os.conf is gone then" "$(list_conf "$image")" ""
	MAC=$TENCENT_MAC
	visit Neu-1234 "the drive's password, once the first partition has no os.conf"
	vm_stop
	echo nonsense >"$work/nonsense"
	put_conf "$image" "$work/nonsense"
	write_drive child-1
	visit child-1 "the drive's password, where the first partition's os.conf is none"
	is "it is said, and stays" "$(vm_said | grep 'os.conf: [ln]'; vm_run "mount /dev/vda1 /mnt; cat /mnt/*/os.conf; umount /mnt")" \
		"osconf: os.conf: no known key (like hostname=, password=, eth0_ip_addr=)
nonsense"
	is "-d names the drive, by its label or its device" \
		"$(vm_run 'for d in LABEL=config-2 /dev/sr0; do sed -i -e /^applied=/d -e s/VM_10/x/ /etc/os.conf; osconf -q -d $d; hostname; done' | no_times)" \
		"VM_10_20_xxxx
VM_10_20_xxxx"
	vm_stop
}

# ISO 9660 has capitals by the standard. What has the label and is no CD-ROM's file system
# is passed over
case_drive_labels() {
	root_with -v
	truncate -s 1M "$root/fat.img"
	mkfs.fat -n config-2 "$root/fat.img" >/dev/null 2>&1
	sed -i 's,^::sysinit:/sbin/osconf.*,::sysinit:/bin/mount -t devtmpfs early /dev\n::sysinit:/sbin/losetup /dev/loop0 /fat.img\n&,' "$root/etc/inittab"
	make_image "$image" vfat "$root"
	write_drive qwer1234
	make_drive "$work/drive" "$work/cd" -V CONFIG-2
	cds=ide:$work/drive
	visit qwer1234 "the password of a drive that is called CONFIG-2"
	is "what is none is said" "$(vm_said | grep loop)" "osconf: /dev/loop0 is no config drive (vfat)"
	vm_stop
}

case_two_drives() {
	root_with
	make_image "$image" vfat "$root"
	write_drive qwer1234
	mv "$work/drive" "$work/first"
	write_drive Neu-1234 hostname=other
	# an OpenStack drive has the same label
	rm -r "$work/cd/qcloud_action"
	make_drive "$work/openstack" "$work/cd" -J
	cds="scsi:$work/openstack scsi:$work/first scsi:$work/drive"
	visit qwer1234 "the password of the first of three drives that has os.conf"
	is "what the other is is said" "$(vm_said | grep sr)" \
		"osconf: /dev/sr0: can't open directory qcloud_action: No such file or directory"
	vm_stop
}

# The drive's driver is loaded after osconf has begun
case_late_drive() {
	root_with
	sed -i 's,^::sysinit:/sbin/osconf,::sysinit:/bin/sh /late,' "$root/etc/inittab"
	cat >"$root/late" <<-'END'
		mount -t devtmpfs dev /dev
		(usleep 1500000; insmod /later/sr_mod.ko) &
		osconf -w 60
	END
	hook 'mkdir /later && mv /lib/modules/*/sr_mod.ko /later && : >/modules.new && grep -v sr_mod /modules >/modules.new; mv /modules.new /modules' "$root"
	make_image "$image" vfat ""
	ROOT=""
	cds=scsi:$work/drive
	write_drive qwer1234
	for boot in first second; do
		visit qwer1234 "the $boot boot, a drive that appears late"
		vm_stop
	done
	is "a root that is not persistent: the settings are on the first partition" "$(list_conf "$image")" os.conf.saved
}

# Whatever the drive has: told, and saved settings are applied
case_hostile_drive() {
	root_with
	make_image "$image" ext4 "$root"
	put_conf "$image" "$fixtures/vpc.conf"
	mkdir -p "$work/links/qcloud_action" "$work/dirs" "$work/fifo/qcloud_action" "$work/good/qcloud_action"
	ln -s /etc/passwd "$work/links/qcloud_action/os.conf"
	ln -s /etc "$work/dirs/qcloud_action"
	mkfifo "$work/fifo/qcloud_action/os.conf"
	drive_conf "$work/good/qcloud_action/os.conf" Neu-1234
	for what in links dirs fifo good; do
		make_drive "$work/$what.iso" "$work/$what"
	done
	# the last sectors are padding, and the file is before them
	blocks=$(($(stat -c %s "$work/good.iso") / 2048))
	dd if="$work/good.iso" of="$work/file.iso" bs=2048 count=$((blocks - 151)) status=none
	dd if="$work/good.iso" of="$work/volume.iso" bs=2048 count=17 status=none
	# never /etc/os.conf, through a link
	cds="scsi:$work/links.iso scsi:$work/dirs.iso scsi:$work/fifo.iso scsi:$work/file.iso scsi:$work/volume.iso"
	MAC=$VPC_MAC
	visit qwer1234 "five hostile drives" "$vpc_state"
	told() { # WHAT DEVICE MESSAGE
		is "$1" "$(vm_run "ip link set eth0 down; osconf -q -w 0 -d /dev/$2; echo \$?; hostname; ip -o -4 addr show eth0 | grep -c 10.171.254.123" |
			no_times | grep -v -e ISOFS -e isofs -e '^sd \|^sr \|I/O error, dev\|Buffer I/O\|unexpected Sense\|tag#')" "$3
1
iZ23r29djmjZ
1"
	}
	told "a link for the file" sr0 "osconf: qcloud_action/os.conf: not a regular file"
	told "a link for the directory" sr1 "osconf: /dev/sr1: can't open directory qcloud_action: Not a directory"
	told "a FIFO" sr2 "osconf: qcloud_action/os.conf: not a regular file"
	told "a drive that is cut short before the file" sr3 "osconf: qcloud_action/os.conf: can't read: I/O error"
	told "a drive of which little is left" sr4 "osconf: can't mount /dev/sr4 (iso9660): the file system is damaged, or has what this kernel does not know"
	vm_stop
}
