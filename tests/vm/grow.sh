#!/bin/sh
# Power cuts while the image's root grows to its disk. QEMU records each write and
# flush of a first boot on a disk that is larger than the image; the disk is put
# together again as a cut would have left it (see replay.c), and from each of
# these states the root has to come to the same size, whole.
#
# STATES=, SEED=: see powercut.sh
set -u

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
: "${STATES:=${FULL:+400}}" "${SEED:=1}"
: "${STATES:=40}"
P1_SIZE=35 P2_SIZE=24
LARGER=160 # MiB: each state is put together anew
name="the root grows"

record() {
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
	cp --sparse=always "$work/disk.img" "$work/base.img"
	: >"$work/log"
	vm_start "$work/disk.img" none "" \
		-blockdev "driver=file,filename=$work/disk.img,node-name=file,locking=off" \
		-blockdev "driver=file,filename=$work/log,node-name=log" \
		-blockdev driver=blklogwrites,node-name=recorded,file=file,log=log,log-sector-size=512 \
		-device virtio-blk-pci,drive=recorded \
		-kernel "$cache/kernel/vmlinuz" -initrd "$vm/initramfs" -append "root=LABEL=osroot $OPTIONS"
	vm_login builder && vm_stop
}

states() {
	flushes=$("$work/replay" "$work/log")
	states=$((flushes * 5)) step=$((flushes * 5 / STATES))
	[ "$step" != 0 ] || states=$STATES step=1
	mkdir -p "$work/ird/bin" "$work/ird/etc"
	cp "$work/replay" "$cache/e2fsck/sbin/e2fsck.static" "$work/ird/bin"
	install -m 755 "$here/grow-init" "$work/ird/grow"
	for applet in $("$BUILD/busybox" --list); do
		ln -s busybox "$work/ird/bin/$applet" 2>/dev/null
	done
	echo '::sysinit:/grow' >"$work/ird/etc/inittab"
	make_initramfs "$work/initramfs" "$work/ird"
	vm_start "$work/base.img" virtio "" -drive "file=$work/log,format=raw,if=none,id=log,readonly=on" \
		-device virtio-blk-pci,drive=log -m 768 -kernel "$cache/kernel/vmlinuz" -initrd "$work/initramfs" \
		-append "$OPTIONS flushes=$flushes states=$states step=$step seed=$SEED mib=$LARGER"
	vm_end 3000
	tr -d '\r' <"$console" >"$work/out"
}

if ! get_kernel || ! get_package e2fsck-static e2fsck; then
	echo "SKIPPED: $name: there is no kernel for virtual machines, or no e2fsck"
	exit
fi
work=$(mktemp -d "$vm/grow.XXXXXX") || exit 1
trap '[ -z "${qemu_pid-}" ] || kill "$qemu_pid" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cc -O2 -static -o "$work/replay" "$here/replay.c" || exit
make_initramfs "$vm/initramfs"
record || fail "a boot is recorded"
states
# sectors, and blocks of 4 KiB
expected="EXPECTED partition $(((LARGER - P1_START - P1_SIZE) << 11)) of $(((LARGER - P1_START - P1_SIZE) << 8)) blocks"
if ! grep -q '^ALL DONE' "$work/out" || ! grep -q "^$expected" "$work/out" ||
	! grep -q '^EXPECTED grow-root 0' "$work/out" || ! grep -q '^EXPECTED e2fsck 0' "$work/out"; then
	echo "FAIL: $name: the states are tried"
	tail -n 30 "$work/out" | sed 's/^/    /'
	exit 1
fi
count=$(grep -c '^STATE' "$work/out")
bad=$(grep -c '^STATE.*differs' "$work/out")
before=$(sed -n 's/^BEFORE //p' "$work/out")
what="$name: after a power cut in $count states of $flushes flushes, in $before of them before it had begun"
if [ "$bad" = 0 ]; then
	echo "PASS: $what"
else
	echo "FAIL: $what; in $bad it does not (SEED=$SEED)"
	sed -n '/^STATE.*ok/d; /^STATE/,$p' "$work/out" | head -n 60 | sed 's/^/    /'
	exit 1
fi
