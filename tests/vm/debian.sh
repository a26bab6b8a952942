#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Debian machines with osconf: config/recipes/debian/README.md's lines, then a first and
# a second boot in QEMU, by Debian's kernel and GRUB. Not in the list of
# tests/run.sh: each case takes some minutes, and debootstrap downloads 150 MB once.
# By hand, as root, after make; without CASEs, all of them:
#
#   tests/vm/debian.sh [CASE...]
#
# $BUILD/vm/debian keeps the roots. SUITE=trixie: another release of Debian
set -u

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
: "${SUITE:=bookworm}"
roots=$BUILD/vm/debian
P2_SIZE=2048
CARDS="00:8c:fa:5e:14:23 00:8c:fa:5e:14:24"
INCLUDE=systemd-sysv,udev,ifupdown,openssh-server,openssh-client,linux-image-cloud-amd64,iproute2
conf=$top/tests/fixtures/classic.conf

# debootstrap mounts in the root that it makes
make_base() { # NAME PACKAGES
	[ ! -d "$roots/$1" ] || return 0
	rm -rf "$roots/$1.new"
	mkdir -p "$roots"
	unshare -mpf --mount-proc mmdebstrap --mode=root --variant=minbase --include="$2" "$SUITE" "$roots/$1.new" \
		>"$roots/$1.log" 2>&1 || {
		tail -n 5 "$roots/$1.log"
		fail "mmdebstrap"
	}
	mv "$roots/$1.new" "$roots/$1"
}

# The lines to type of README's section
recipe() { # SECTION
	sed -n "/^## $1/,/^## /s/^    \([^ ]\)/\1/p" "$top/config/recipes/debian/README.md"
}

# A root of this case, in which the lines have been run, but that one that makes it
make_rootfs() { # BASE SECTION
	rm -rf "$work/tree"
	mkdir "$work/tree"
	cp -a "$roots/$1" "$work/tree/rootfs"
	ln -s "$top/config" "$work/tree/config"
	recipe "$2" | sed "/^mmdebstrap/d; s|^make install|make -s -C $top O=$BUILD install|" >"$work/recipe"
	(cd "$work/tree" && unshare -m sh -e "$work/recipe") >"$work/log" 2>&1 || {
		cat "$work/log"
		fail "the recipe's lines"
	}
	root=$work/tree/rootfs
	echo 'LABEL=osroot / ext4 defaults 0 1' >"$root/etc/fstab"
	add_witness
	# shellcheck disable=SC2016
	printf '#!/bin/sh\necho "$PASSWORD"\n' >"$root/usr/local/sbin/askpass"
	chmod 755 "$root/usr/local/sbin/askpass"
}

# What the machine is like when network-online.target is reached
add_witness() {
	cat >"$root/usr/local/sbin/witness" <<-'END'
		#!/bin/sh
		exec >/var/log/witness
		uname -n
		ip -o -4 addr show scope global | sed 's/^[0-9]*: *\([^ ]*\) *inet \([^ ]*\).*/\1 \2/'
		ip route show table main | sed 's/ *$//; / src /d; s/ proto static//; s/ onlink//' | sort
		grep '^nameserver' /etc/resolv.conf
		sed -n 's/^root:\(.[^$]*\).*/root:\1/p' /etc/shadow
	END
	chmod 755 "$root/usr/local/sbin/witness"
	cat >"$root/etc/systemd/system/witness.service" <<-'END'
		[Unit]
		Wants=network-online.target
		After=network-online.target
		[Service]
		Type=oneshot
		ExecStart=/usr/local/sbin/witness
		[Install]
		WantedBy=multi-user.target
	END
	[ ! -e "$root/bin/systemctl" ] || chroot "$root" systemctl -q enable witness
}

# FAT with the directory and GRUB's menu, then the root; as BIOS starts it
make_disk() {
	disk=$work/disk.img
	# shellcheck disable=SC2154
	get_package grub-pc-bin i386-pc
	first=$work/first
	rm -rf "$first" "$disk"
	mkdir -p "$first/aliyun_custom_image" "$first/grub"
	cat >"$first/grub/grub.cfg" <<-END
		set root=(hd0,msdos2)
		linux /vmlinuz root=LABEL=osroot ro console=ttyS0 no_timer_check panic=-1 ${OPTIONS_MORE-}
		initrd /initrd.img
		boot
	END
	truncate -s "${DISK_SIZE}M" "$disk"
	sfdisk -q "$disk" <<-END
		label: dos
		start=${P1_START}MiB, size=${P1_SIZE}MiB, type=c, bootable
		start=$(p2_start)MiB, size=${P2_SIZE}MiB
	END
	grub-mkimage -O i386-pc -d "$cache/i386-pc/usr/lib/grub/i386-pc" -p '(,msdos1)/grub' -o "$work/grub" \
		part_msdos fat ext2 normal linux biosdisk
	dd if="$cache/i386-pc/usr/lib/grub/i386-pc/boot.img" of="$disk" bs=440 count=1 conv=notrunc status=none
	dd if="$work/grub" of="$disk" bs=512 seek=1 conv=notrunc status=none
	make_filesystem "$disk" vfat OSBOOT "$P1_START" "$P1_SIZE" "$first"
	mke2fs -q -F -t ext4 -O ^64bit,^metadata_csum,^orphan_file -L osroot -d "$root" \
		-E "offset=$(($(p2_start) << 20)),root_owner=0:0" "$disk" "${P2_SIZE}M"
}

boot_machine() { # PASSWORD
	password=$1
	began=$(date +%s)
	vm_start "$disk" virtio "$CARDS" -m 768 -smp 2
	vm_wait 'login: $' 400 || fail "$what: it starts"
	echo "# $name: $what: login prompt after $(($(date +%s) - began)) s"
	vm_login "$1" || fail "$what: root logs in with $1"
	echo "PASS: $name: $what: root logs in with $1"
}

stop_machine() {
	vm_send poweroff
	vm_end 180
}

# FIRST SECOND: the cards' names
expected() {
	cat <<-END
		iZ23r29djmjZ
		$1 10.171.254.123/24
		$2 42.120.74.105/24
		10.0.0.0/8 via 10.171.254.1 dev $1
		172.16.0.0/12 via 10.171.254.1 dev $1
		default via 42.120.74.1 dev $2
		nameserver 7.7.7.7
		nameserver 8.8.8.8
		root:$hash
	END
}

look() {
	if [ -e "$root/bin/systemctl" ]; then
		is "$what: no unit has failed, and none is waited for" \
			"$(vm_run 'systemctl is-system-running --wait; systemctl --failed --no-legend --plain')" running
		is "$what: no ordering cycle" "$(vm_run 'journalctl -b --no-pager -q | grep -i "ordering cycle"')" ""
		is "$what: the host name of sshd's log" \
			"$(vm_run "journalctl -b -u ssh -o export --no-pager | sed -n 's/^_HOSTNAME=//p' | sort -u")" iZ23r29djmjZ
	fi
	[ ! -e "$root/bin/resolvectl" ] ||
		is "$what: resolved has the name servers" "$(vm_run "resolvectl | sed -n 's/^ *DNS Servers:* *//p'")" "7.7.7.7 8.8.8.8"
	is "$what: right when the network is said to be there" "$(vm_run 'cat /var/log/witness')" "$(expected "$@")"
	is "$what: SSH lets root in" "$(vm_run "PASSWORD=$password SSH_ASKPASS=/usr/local/sbin/askpass SSH_ASKPASS_REQUIRE=force DISPLAY=x \
ssh -q -o StrictHostKeyChecking=no 10.171.254.123 uname -n </dev/null")" iZ23r29djmjZ
}

# First boot, a new password, second boot; FIRST and SECOND are the cards' names
two_boots() { # FIRST SECOND
	make_disk
	put_conf "$disk" "$conf"
	# sha512-crypt by osconf, yescrypt by Debian's chpasswd
	# shellcheck disable=SC2016
	what="first boot" hash='$6'
	boot_machine qwer1234
	look "$@"
	vm_run "echo root:Neu-5678 | chpasswd" >/dev/null
	stop_machine
	is "$what: os.conf is gone" "$(list_conf "$disk")" ""
	# shellcheck disable=SC2016
	what="second boot" hash='$y'
	boot_machine Neu-5678
	look "$@"
	stop_machine
}

# ifupdown is there, and /etc/network/interfaces has lo only, as Debian makes it
case_plain() {
	make_rootfs "$SUITE" "What to type"
	two_boots ens2 ens3
}

# ifupdown brings up what osconf writes into its file
case_ifupdown() {
	make_rootfs "$SUITE" "What to type"
	echo 'OSCONF_OPTIONS="-b ifupdown"' >"$root/etc/default/osconf"
	two_boots ens2 ens3
}

# Without a file for these cards, which systemd-networkd then leaves alone
case_networkd() {
	make_rootfs "$SUITE" "What to type"
	chroot "$root" systemctl -q disable networking
	chroot "$root" systemctl -q enable systemd-networkd
	chroot "$root" systemctl -q disable systemd-networkd-wait-online
	two_boots ens2 ens3
}

# The servers of the file /etc/resolv.conf are resolved's, too
case_resolved() {
	make_base "$SUITE-resolved" "$INCLUDE,systemd-resolved"
	make_rootfs "$SUITE-resolved" "What to type"
	rm "$root/etc/resolv.conf"
	: >"$root/etc/resolv.conf"
	two_boots ens2 ens3
}

# The package, in the place of what make install does; UPGRADE: over that. Its
# scripts run under the real systemctl: disabled, reinstalled, removed, purged
in_root() {
	unshare -m chroot "$root" "$@" >>"$work/log" 2>&1 || {
		cat "$work/log"
		fail "$*"
	}
}
enabled() {
	chroot "$root" systemctl is-enabled osconf 2>/dev/null || :
}
traces() {
	find "$root/etc" "$root/usr" "$root/lib/systemd" "$root/var/lib" -name '*osconf*' ! -name osconf.conf ! -path '*/aliyun*' | sed "s,^$root,,"
}
case_package() {
	make_rootfs "$SUITE" "What to type"
	[ -n "${UPGRADE-}" ] || {
		chroot "$root" systemctl -q disable osconf
		rm "$root/usr/sbin/osconf" "$root/usr/lib/systemd/system/osconf.service" "$root/usr/share/man/man8/osconf.8"
	}
	"$top/config/release/packages.sh" "$BUILD/osconf" "$(uname -m)" "$work/packages" >/dev/null 2>&1
	cp "$work"/packages/*.deb "$root/tmp/osconf.deb"
	in_root dpkg -i /tmp/osconf.deb
	is "installed: enabled" "$(enabled)" enabled
	in_root systemctl disable osconf
	in_root dpkg -i /tmp/osconf.deb
	is "disabled and reinstalled: disabled" "$(enabled)" disabled
	in_root systemctl enable osconf
	is "installing it has not run it" "$([ -e "$root/etc/os.conf" ] && echo settings)" ""
	two_boots ens2 ens3
	: >"$root/etc/os.conf"
	in_root dpkg -r osconf
	in_root dpkg -i /tmp/osconf.deb
	is "removed and installed again: enabled" "$(enabled)" enabled
	in_root dpkg -P osconf
	rm "$root/tmp/osconf.deb"
	is "purged: no trace" "$(traces)" ""
	is "purged: no settings" "$([ -e "$root/etc/os.conf" ] && echo settings)" ""
}
case_upgrade() {
	UPGRADE=yes
	case_package
	UPGRADE=
}

# rc.local runs behind all scripts of the runlevel
case_sysvinit() {
	base=$SUITE-sysvinit
	make_base "$base" "$(echo "$INCLUDE" | sed 's/systemd-sysv/sysvinit-core/')"
	make_rootfs "$base" "In a configuration of your own"
	echo 'PermitRootLogin yes' >"$root/etc/ssh/sshd_config.d/osconf.conf"
	echo 'T0:23:respawn:/sbin/getty -L ttyS0 115200 vt100' >>"$root/etc/inittab"
	ln -sf ../usr/local/sbin/witness "$root/etc/rc.local"
	two_boots ens2 ens3
}

[ $# != 0 ] || set -- plain package upgrade ifupdown networkd resolved sysvinit
work=$(mktemp -d "$vm/debian.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
"$top/config/build/need.sh" grub-mkimage unshare || exit 1
command -v mmdebstrap >/dev/null || {
	echo "apt-get install mmdebstrap" >&2
	exit 1
}
{
	trap '[ -z "${qemu_pid-}" ] || kill "$qemu_pid" 2>/dev/null' EXIT
	trap 'exit 1' HUP INT TERM
	for name; do
		make_base "$SUITE" "$INCLUDE"
		"case_$name"
	done
} | tee "$work/result"
! grep -q '^FAIL' "$work/result"
