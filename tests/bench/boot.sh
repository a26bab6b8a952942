#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# osconf's share of a whole boot: an image with a FAT and an ext4 partition in
# QEMU, with os.conf and at the boot after it. A line for each boot: with
# (os.conf), later or without (osconf's line is not in inittab), the ms that
# osconf's line took, and those from the kernel's start to the end of inittab's
# sysinit lines. The guest's kernel takes the time: each mark goes to its log.
# BOOTS= how often (5)
set -u
. "$(dirname "$0")/../vm/lib.sh"
: "${BOOTS:=5}"
work=$vm/bench
rm -rf "$work"
mkdir -p "$work"
get_kernel || exit 1
trap 'rm -rf "$work"' EXIT

mark() {
	echo "::sysinit:/bin/sh -c 'echo bench: $1 >/dev/kmsg'"
}

# new_image NAME LINE: with this line of inittab. Two marks in a row tell what
# one of them costs. init takes two lines that are the same for one: the name of
# this devtmpfs is another than that of the image's own line
new_image() {
	inittab=$work/$1.root/etc/inittab
	make_root "$work/$1.root" "$2"
	{
		awk -v line="$2" -v after="$(mark end)" -v before="::sysinit:/bin/mount -t devtmpfs bench /dev
$(mark empty)
$(mark begin)" '$0 == line { $0 = before "\n" line "\n" after } { print }' "$inittab"
		mark last
		echo "::wait:/bin/sh -c 'dmesg | grep bench: >/dev/ttyS0; echo bench: over >/dev/ttyS0'"
	} >"$work/inittab"
	mv "$work/inittab" "$inittab"
	make_image "$work/$1.img" vfat "$work/$1.root"
}

# one_boot NAME KIND
one_boot() {
	vm_start "$work/$1.img" virtio "00:8c:fa:5e:14:23 00:8c:fa:5e:14:24" -kernel "$cache/kernel/vmlinuz" \
		-initrd "$work/initramfs" -append "root=LABEL=osroot $OPTIONS"
	vm_wait '^bench: over' >&2
	ended=$?
	vm_kill
	[ "$ended" = 0 ] || exit 1
	tr -d '\r' <"$console" | sed -n 's/^<[0-9]*>\[ *\([0-9.]*\)\] bench: \(.*\)/\2 \1/p' | awk -v kind="$2" '
		{ at[$1] = $2 * 1000 }
		END {
			if (!at["begin"] || !at["last"])
				exit 1
			printf "%s %.2f %.2f\n", kind, at["end"] - at["begin"] - (at["begin"] - at["empty"]), at["last"]
		}'
}

make_initramfs "$work/initramfs"
new_image with '::sysinit:/sbin/osconf'
new_image without '::sysinit:/bin/true'
for _ in $(seq "$BOOTS"); do
	put_conf "$work/with.img" "$top/tests/fixtures/classic.conf"
	one_boot with with &&
		one_boot with later &&
		one_boot without without || exit 1
done
