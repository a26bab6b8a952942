#!/bin/sh
# Power cuts, exactly. QEMU records each write and flush of a first boot; the
# disk is then put together again as a cut would have left it: after every
# flush, with nothing, all or any sectors of what was written since. osconf
# runs on each of these disks and has to come to the same end.
#
#   vm/powercut.sh [FILESYSTEM...]       of partition 1: vfat, ext4, ext2
#
# STATES= how many of each; SEED= which; each is shown with its number when it
# fails, and numbers and SEED give the same disk again.
set -u

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
: "${STATES:=${FULL:+400}}" "${SEED:=1}"
: "${STATES:=72}"

# Small ones: each state is put together anew. FAT32 has at least 65,525
# clusters
P1_SIZE=35
P2_SIZE=24
MACS="00:8c:fa:5e:14:23 00:8c:fa:5e:14:24"

record() { # FILESYSTEM
	make_root "$work/root" "::sysinit:/sbin/osconf"
	make_image "$work/disk.img" "$1" "$work/root"
	put_conf "$work/disk.img" "$top/tests/fixtures/classic.conf"
	cp --sparse=always "$work/disk.img" "$work/base.img"
	: >"$work/log"
	vm_start "$work/disk.img" none "$MACS" \
		-blockdev "driver=file,filename=$work/disk.img,node-name=file,locking=off" \
		-blockdev "driver=file,filename=$work/log,node-name=log" \
		-blockdev driver=blklogwrites,node-name=recorded,file=file,log=log,log-sector-size=512 \
		-device virtio-blk-pci,drive=recorded \
		-kernel "$cache/kernel/vmlinuz" -initrd "$vm/initramfs" -append "root=LABEL=osroot $OPTIONS"
	vm_login qwer1234 && vm_stop
}

case_of() { # FILESYSTEM
	record "$1" || {
		echo "FAIL: power cuts: $1: a boot is recorded"
		return
	}
	cc -O2 -static -o "$work/replay" "$here/replay.c" || return
	flushes=$("$work/replay" "$work/log")
	# few of them: from all kinds of states (see replay.c)
	states=$((flushes * 5)) step=$((flushes * 5 / STATES))
	[ "$step" != 0 ] || states=$STATES step=1
	mkdir -p "$work/ird/bin" "$work/ird/etc"
	cp "$work/replay" "$cache/e2fsck/sbin/e2fsck.static" "$work/ird/bin"
	install -m 755 "$here/powercut-init" "$work/ird/powercut"
	for applet in $("$BUILD/busybox" --list); do
		ln -s busybox "$work/ird/bin/$applet" 2>/dev/null
	done
	echo '::sysinit:/powercut' >"$work/ird/etc/inittab"
	make_initramfs "$work/initramfs" "$work/ird"
	vm_start "$work/base.img" virtio "$MACS" -drive "file=$work/log,format=raw,if=none,id=log,readonly=on" \
		-device virtio-blk-pci,drive=log -m 512 -kernel "$cache/kernel/vmlinuz" -initrd "$work/initramfs" \
		-append "$OPTIONS flushes=$flushes states=$states step=$step seed=$SEED mib=$(($(p2_start) + P2_SIZE)) p1=$P1_START p2=$(p2_start)"
	vm_end 3000
	tr -d '\r' <"$console" >"$work/out"
	if ! grep -q '^ALL DONE' "$work/out" || ! grep -q '^EXPECTED the password is right' "$work/out" ||
		! grep -q '^EXPECTED eth1 42.120.74.105/24' "$work/out" || ! grep -q '^EXPECTED status 0' "$work/out"; then
		echo "FAIL: power cuts: $1: the states are tried"
		tail -n 30 "$work/out" | sed 's/^/    /'
		return
	fi
	count=$(grep -c '^STATE' "$work/out")
	bad=$(grep -c '^STATE.*differs' "$work/out")
	mended=$(sed -n 's/^MENDED //p' "$work/out")
	name="power cuts: $1: $count states of $flushes flushes come to the same end ($mended after e2fsck)"
	if [ "$bad" = 0 ]; then
		echo "PASS: $name"
	else
		echo "FAIL: $name; $bad do not (SEED=$SEED)"
		sed -n '/^STATE.*ok/d; /^STATE/,$p' "$work/out" | head -n 60 | sed 's/^/    /'
	fi
}

if [ "${1-}" = --case ]; then
	work=$(mktemp -d "$vm/powercut.XXXXXX") || exit 1
	trap '[ -z "${qemu_pid-}" ] || kill "$qemu_pid" 2>/dev/null; rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
	case_of "$2"
	exit
fi
if ! get_kernel || ! get_package e2fsck-static e2fsck; then
	echo "SKIPPED: power cuts: there is no kernel for virtual machines, or no e2fsck"
	exit
fi
make_initramfs "$vm/initramfs"
[ $# != 0 ] || set -- vfat ext4 ext2
printf '%s\n' "$@" | xargs -P 2 -n 1 "$0" --case
