#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The image of make image: what osconf-check says of it, its formats, and instances
# of it under BIOS and UEFI, to which one logs in over SSH. FULL=1: aarch64, too.
set -u

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
MAC=00:8c:fa:5e:14:23
name=image

# Makes the image for an architecture; its name without suffix: $disk
make_disk() { # ARCH
	disk=$BUILD/image/osconf-$1
	make --no-print-directory -C "$top" O="$BUILD" ARCH="$1" image >"$work/log" 2>&1 || {
		tail -n 5 "$work/log"
		fail "it is made for $1"
	}
}

# In each format, also without root: make image does no more, and ends with it
check() {
	for format in raw qcow2 vhd; do
		is "osconf-check has nothing to say of the $format" \
			"$("$top/config/check/osconf-check" -q "$disk.$format" | sed 's/^[0-9]* ok/N ok/')" "N ok, 0 FAIL, 0 not checked"
	done
}

# A big-endian number of 4 bytes at OFFSET
vhd_number() { # OFFSET
	od -An -tu4 --endian=big -j "$1" -N 4 "$disk.vhd" | tr -d ' '
}

formats() {
	for format in qcow2 vhd; do
		is "the $format holds the same as the raw image" "$(qemu-img compare "$disk.raw" "$disk.$format")" "Images are identical."
	done
	# also when the kernel was read at another time
	is "another image of the same programs has the same bytes" \
		"$(find "$BUILD/cache" -path '*/kernel/vmlinuz' -exec touch -a -d 2020-01-01 {} +
			ARCH=${disk##*-} "$top/config/image/make-image.sh" "$work/again" 2>&1 && cmp "$work/again" "$disk.raw")" ""
	rm -f "$work/again"
	is "the qcow2 is without errors" "$(qemu-img check -q "$disk.qcow2" 2>&1)" ""
	# Virtual Hard Disk Image Format Specification: the dynamic disk header is
	# behind the copy of the footer
	is "the VHD's blocks are its size, as the platform checks" \
		"$(($(vhd_number $((512 + 28))) * $(vhd_number $((512 + 32)))))" "$(stat -c %s "$disk.raw")"
	for format in raw qcow2 vhd; do
		is "the $format takes less than 100 MiB of disk" "$(($(du -k "$disk.$format" | cut -f1) / 102400))" 0
	done
}

free_port() {
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'
}

# What the platform writes for an instance in QEMU's network
write_conf() { # HOSTNAME PASSWORD
	cat >"$work/os.conf" <<-END
		hostname=$1
		password=$(echo "$2" | base64)
		eth0_ip_addr=10.0.2.15
		eth0_mac_addr=$MAC
		eth0_netmask=255.255.255.0
		eth0_gateway=10.0.2.2
		eth0_route="0.0.0.0/0 10.0.2.2"
		dns_nameserver="10.0.2.3"
	END
	put_conf "$work/disk.img" "$work/os.conf"
}

# What Tencent Cloud would, on a CD-ROM: $work/drive
write_drive() { # HOSTNAME PASSWORD
	rm -rf "$work/cd"
	mkdir -p "$work/cd/qcloud_action"
	cat >"$work/cd/qcloud_action/os.conf" <<-END
		hostname=$1
		password=$("$BUILD/busybox" mkpasswd -m sha512 "$2" saltsalt)
		eth0_ip_addr=10.0.2.15
		eth0_mac_addr=$(echo $MAC | tr a-f A-F)
		eth0_netmask=255.255.255.0
		eth0_gateway=10.0.2.2
		dns_nameserver="10.0.2.3"
	END
	make_drive "$work/drive" "$work/cd" -J
}

# Boots $work/disk.img at a BUS as the machine with a UUID that ends with N
instance() { # BUS N [QEMU-OPTION...]
	bus=$1
	uuid=7d4a3c1e-0b52-4f7e-9d6a-00000000000$2
	port=$(free_port)
	shift 2
	vm_start "$work/disk.img" "$bus" "$MAC,hostfwd=tcp:127.0.0.1:$port-:22" -uuid "$uuid" \
		-monitor "unix:$work/monitor,server=on,wait=off" "$@"
	vm_wait 'login: $' 300 || fail "$what: it starts"
	tries=60
	until ssh-keyscan -T 20 -t ed25519 -p "$port" 127.0.0.1 >"$work/known_hosts" 2>"$work/log" && [ -s "$work/known_hosts" ]; do
		tries=$((tries - 1))
		[ "$tries" != 0 ] || fail "$what: an SSH server answers"
		sleep 1
	done
}

ssh_run() { # PASSWORD COMMAND
	PASSWORD=$1 SSH_ASKPASS=$work/askpass SSH_ASKPASS_REQUIRE=force ssh -F /dev/null -q -p "$port" \
		-o UserKnownHostsFile="$work/known_hosts" -o StrictHostKeyChecking=yes \
		-o PubkeyAuthentication=no -o NumberOfPasswordPrompts=1 -o ConnectTimeout=60 root@127.0.0.1 "$2" </dev/null 2>&1
}

# What the platform does to stop an instance
press_power_button() {
	# QEMU echoes what it has read
	perl -MIO::Socket::UNIX -e '
		my $monitor = IO::Socket::UNIX->new($ARGV[0]);
		print $monitor "system_powerdown\n";
		$monitor->flush;
		while (<$monitor>) { last if /powerdown/ }' "$work/monitor"
}

# Logs in to what instance has booted, and stops it; leaves its SSH host key in
# $key
visit() { # HOSTNAME PASSWORD FIRMWARE
	is "$what: root logs in over SSH, to host and address of os.conf" \
		"$(ssh_run "$2" "hostname; ip -o -4 addr show eth0 | sed 's/.*inet \\([^ ]*\\).*/\\1/'")" "$1
10.0.2.15/24"
	is "$what: not with another password, not without" "$(ssh_run other true; echo $?; ssh_run '' true; echo $?)" "255
255"
	is "$what: the screen has a login prompt, too" "$(ssh_run "$2" "tr -s ' ' </dev/vcs1 | grep -o '$1 login:'")" "$1 login:"
	key=$(cut -d ' ' -f 3 "$work/known_hosts")
	is "$what: firmware, and what the screen is" "$(ssh_run "$2" '[ -d /sys/firmware/efi ] && echo UEFI || echo BIOS; cat /proc/fb')" "$3"
	press_power_button
	is "$what: the power button switches it off" "$(vm_wait 'Power down' 60 && echo off)" off
	vm_end 60
}

uefi="UEFI
0 EFI VGA"

fresh() {
	cp --sparse=always "$disk.raw" "$work/disk.img"
}

x86_64() {
	make_disk x86_64
	formats
	check

	fresh
	write_conf first qwer1234
	what="BIOS, virtio, a disk of 40 GiB"
	truncate -s 40G "$work/disk.img"
	instance virtio 1 -device VGA
	is "$what: the root is as large" "$(ssh_run qwer1234 "df -k / | awk 'END { print int(\$2 / 1048576) \" GiB\" }'")" "39 GiB"
	visit first qwer1234 BIOS
	first_key=$key

	what="BIOS, IDE, the second boot"
	instance ide 1 -device VGA
	visit first qwer1234 BIOS
	is "$what: the host key is still that of the first" "$key" "$first_key"

	what="UEFI, NVMe, an image made from that instance"
	write_conf child Neu-1234
	instance nvme 2 -device VGA -bios /usr/share/ovmf/OVMF.fd
	visit child Neu-1234 "$uefi"
	is "$what: its host key is another" "$([ "$key" = "$first_key" ] || echo another)" another

	fresh
	write_drive VM_2_15 qwer1234
	for boot in first second; do
		what="the same image on Tencent Cloud, the $boot boot"
		instance virtio 5 -device VGA -cdrom "$work/drive"
		visit VM_2_15 qwer1234 BIOS
	done

	fresh
	write_conf second qwer1234
	what="UEFI, SCSI"
	instance scsi 3 -device VGA -bios /usr/share/ovmf/OVMF.fd
	visit second qwer1234 "$uefi"
	is "$what: two instances have two host keys" "$([ "$key" = "$first_key" ] || echo two)" two
}

aarch64() {
	"$top/config/build/need.sh" qemu-system-aarch64 QEMU_EFI.fd || exit 1
	make_disk aarch64
	fresh
	write_conf arm qwer1234
	what="aarch64, UEFI, virtio"
	machine_of aarch64
	instance virtio 4 -device ramfb -bios /usr/share/qemu-efi-aarch64/QEMU_EFI.fd
	visit arm qwer1234 "$uefi"
}

get_kernel || {
	echo "SKIPPED: image: there is no kernel for it"
	exit
}
"$top/config/build/need.sh" qemu-img ssh OVMF.fd perl genisoimage || exit 1
work=$(mktemp -d "$vm/image.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2016
printf '#!/bin/sh\necho "$PASSWORD"\n' >"$work/askpass"
chmod 755 "$work/askpass"
{
	trap '[ -z "${qemu_pid-}" ] || kill "$qemu_pid" 2>/dev/null' EXIT
	trap 'exit 1' HUP INT TERM
	x86_64
	[ -z "${FULL-}" ] || aarch64
} | tee "$work/result"
! grep -q '^FAIL' "$work/result"
