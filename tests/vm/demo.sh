#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# make demo: the main job on the real thing. The image of make image, which is
# given by its name, is booted three times, each time with what the platform
# would have written into it, and what an operator wants to see is shown and
# checked.
# make shell (--shell IMAGE): the same image, with the user's terminal on its
# console.
set -u

. "$(dirname "$0")/lib.sh"

P1_SIZE=128 # FIRST_SIZE of config/image/make-image.sh
CLASSIC_MACS="00:8c:fa:5e:14:23 00:8c:fa:5e:14:24"
VPC_MAC=00:8c:fa:5e:14:23
demo=$BUILD/demo
failures=0
checks=0

say() {
	printf '\n== %s\n' "$*"
}

# check WHAT GOT EXPECTED: a line for the operator, and the verdict
check() {
	checks=$((checks + 1))
	if [ "$2" = "$3" ]; then
		printf '   ok      %-28s %s\n' "$1" "$(echo "$2" | head -n 1)"
		echo "$2" | sed '1d; s/^/                                        /'
	else
		failures=$((failures + 1))
		printf '   NOT OK  %-28s\n' "$1"
		echo "$2" | sed 's/^/           is:        /'
		echo "$3" | sed 's/^/           should be: /'
	fi
}

copy_image() { # IMAGE
	rm -rf "$demo"
	mkdir -p "$demo"
	cp --sparse=always "$1" "$demo/disk.img"
	truncate -s 40G "$demo/disk.img" # what an instance's system disk may have
}

conf_value() {
	sed -n "s/^$2=\"*\([^\"]*\)\"*/\1/p" "$1"
}

# Boots and logs in with os.conf's password
boot() {
	echo "   (booting in QEMU, emulated, until a login prompt: 10 to 60 seconds)"
	vm_start "$demo/disk.img" virtio "$1"
	vm_login "$password" || exit 1
	echo "   osconf said on the console:"
	tr -d '\r' <"$console" | sed -n 's/^\(\[[0-9. ]*] \)*osconf: /      osconf: /p'
	check "root logs in with" "the password of os.conf" "the password of os.conf"
}

show_state() {
	check "host name" "$(vm_run hostname)" "$hostname"
	check "addresses" "$(vm_run "ip -o -4 addr | awk '{ print \$2, \$4 }'")" "$1"
	check "routes" "$(vm_run "ip route | sed 's/ *\$//; / src /d' | sort")" "$2"
	check "/etc/resolv.conf" "$(vm_run 'cat /etc/resolv.conf')" "$(printf 'nameserver 7.7.7.7\nnameserver 8.8.8.8')"
}

# After the machine is off: what is left of os.conf
show_partition() {
	check "left of os.conf" "$(list_conf "$demo/disk.img")" ""
	dd if="$demo/disk.img" bs=1M skip="$P1_START" count="$P1_SIZE" status=none | grep -acF \
		-e "$(conf_value "$1" password)" -e "$password" >"$demo/found"
	check "blocks with the password" "$(cat "$demo/found")" 0
}

if [ "${1-}" = --shell ]; then
	[ -e "$demo/disk.img" ] || copy_image "$2"
	put_conf "$demo/disk.img" "$top/tests/fixtures/classic.conf"
	echo "The image's console follows, with the classic os.conf in it: log in as root with"
	echo "qwer1234. End it with poweroff, or Ctrl-A X."
	exec qemu-system-x86_64 -machine "pc,accel=$ACCEL" -cpu max -m 256 -nographic -no-reboot \
		-nic "user,model=virtio-net-pci,restrict=on,mac=00:8c:fa:5e:14:23" \
		-nic "user,model=virtio-net-pci,restrict=on,mac=00:8c:fa:5e:14:24" \
		-drive "file=$demo/disk.img,format=raw,if=virtio"
fi

trap '[ -z "${qemu_pid-}" ] || kill "$qemu_pid" 2>/dev/null' EXIT
trap 'exit 1' HUP INT TERM
password=$(conf_value "$top/tests/fixtures/classic.conf" password | base64 -d)
hostname=$(conf_value "$top/tests/fixtures/classic.conf" hostname)

say "An image as it would be uploaded (make image): 6 GiB; partition 1 FAT32 with
   boot loader and aliyun_custom_image/, partition 2 ext4 with build/busybox"
copy_image "$1"
echo "   on a disk of 40 GiB: $demo/disk.img, $(du -m "$demo/disk.img" | cut -f1) MiB on disk"

say "First boot: the platform has written the classic os.conf; two cards"
put_conf "$demo/disk.img" "$top/tests/fixtures/classic.conf"
boot "$CLASSIC_MACS"
check "the root has grown to" "$(vm_run "df -k / | awk 'END { print int(\$2 / 1048576) \" GiB\" }'")" "39 GiB"
classic_addresses='lo 127.0.0.1/8
eth0 10.171.254.123/24
eth1 42.120.74.105/24'
classic_routes='10.0.0.0/8 via 10.171.254.1 dev eth0
172.16.0.0/12 via 10.171.254.1 dev eth0
default via 42.120.74.1 dev eth1'
show_state "$classic_addresses" "$classic_routes"
vm_stop
show_partition "$top/tests/fixtures/classic.conf"

say "Second boot: no os.conf; all of it must still be so"
boot "$CLASSIC_MACS"
show_state "$classic_addresses" "$classic_routes"
vm_stop

say "Third boot: the console changed the instance: a VPC with another address,
   one card, another password"
password=Neu-1234
sed -e "s/^password=.*/password=$(printf '%s\n' "$password" | base64)/" \
	-e 's/^eth0_ip_addr=.*/eth0_ip_addr=10.171.254.200/' \
	"$top/tests/fixtures/vpc.conf" >"$demo/vpc.conf"
put_conf "$demo/disk.img" "$demo/vpc.conf"
boot "$VPC_MAC"
show_state 'lo 127.0.0.1/8
eth0 10.171.254.200/24' 'default via 10.171.254.1 dev eth0'
vm_stop
show_partition "$demo/vpc.conf"

say "$checks checks, $failures not ok"
if [ "$failures" != 0 ]; then
	exit 1
fi
cat <<EOF
   Checked: host name, addresses, routes, name servers and root's password
   after a first boot, a boot without os.conf and a change in the console; that
   the root has grown to its disk; that os.conf is gone each time and the
   password is on no block of partition 1.
   Look further: make shell
EOF
