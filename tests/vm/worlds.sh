#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Worlds (see tests/worlds/worlds.sh) in a virtual machine: the kernel of a build machine
# may lack FAT and overlay, Debian's has them. Its initramfs holds tests/worlds, and
# programs of this machine with their libraries.
#
# COUNT= (20), SEED= (1): beside the kept ones with such a file system, fresh ones; GIVEN=:
# what they have; MINUTES= (15) for all
set -u

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
name="worlds in a virtual machine"
: "${COUNT:=${FULL:+1000}}" "${COUNT:=20}" "${SEED:=1}" "${GIVEN=first=vfat,device_vfat,vfat_full}"
: "${MINUTES:=${FULL:+60}}" "${MINUTES:=15}"
PROGRAMS="cp chown e2fsck ip losetup mke2fs mkfs.fat perl strace timeout unshare"
MODULES="loop overlay veth"

# Programs of this machine in $work/ird/usr/local/bin, with their libraries
add_programs() { # PROGRAM...
	mkdir -p "$work/ird/usr/local/bin"
	for program; do
		file=$(PATH=$PATH:/usr/sbin:/sbin command -v "$program") || fail "there is no $program"
		cp -L "$file" "$work/ird/usr/local/bin"
		ldd "$file" | add_listed
	done
}

# The libraries that ldd names
add_listed() {
	sed -n 's,^[^/]*\(/[^ ]*\) (0x.*,\1,p' | while read -r library; do
		(cd "$work/ird" && cp -L --parents "$library" .)
	done
}

# The modules of Perl that worlds load, and their shared objects' libraries
add_perl() {
	perl -Mlib="$top/tests/worlds" -MFindBin -MMachine -MLife -MMinimise -e \
		'print map { "$_\n" } grep { m{^/} && !m{/tests/worlds/} } values %INC, @DynaLoader::dl_shared_objects' |
		while read -r file; do
			(cd "$work/ird" && cp -L --parents "$file" .)
			case $file in *.so) ldd "$file" | add_listed ;; esac
		done
}

add_project() {
	mkdir -p "$work/ird/osconf/config" "$work/ird/osconf/build" "$work/ird/osconf/tests"
	cp "$BUILD/osconf" "$BUILD/busybox" "$work/ird/osconf/build"
	cp -R "$top/tests/worlds" "$top/tests/lib.sh" "$work/ird/osconf/tests"
}

# The kept worlds passed, and the fresh ones, none of them left out for its file system
verdict() { # OUTPUT
	grep -e '^PASS: ' -e '^FAIL: ' -e '^    ' "$1"
	count=$(sed -n 's/^\([0-9]*\) worlds, 0 skipped, 0 violations, .*/\1/p' "$1")
	if [ "${count:-0}" = 0 ] || ! grep -q '^ALL DONE' "$1" || grep -qE '(vfat|overlay): not available' "$1"; then
		echo "FAIL: $name: fresh ones of seed $SEED: all that must hold, holds"
		tail -n 40 "$1" | sed 's/^/    /'
	else
		echo "PASS: $name: fresh ones of seed $SEED: all that must hold, holds ($count with $GIVEN)"
	fi
}

if ! get_kernel; then
	echo "SKIPPED: $name: there is no kernel for virtual machines"
	exit
fi
work=$(mktemp -d "$vm/worlds.XXXXXX") || exit 1
trap '[ -z "${qemu_pid-}" ] || kill "$qemu_pid" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# shellcheck disable=SC2086
add_programs $PROGRAMS
add_perl
add_project
install -m 755 "$here/worlds-init" "$work/ird/worlds"
(cd "$work/ird" && mkdir -p etc mnt srv run tmp var/tmp)
echo '::sysinit:/worlds' >"$work/ird/etc/inittab"
echo "COUNT=$COUNT SEED=$SEED GIVEN='$GIVEN' SECONDS_MAX=$((MINUTES * 50))" >"$work/ird/drawn"
make_initramfs "$work/initramfs" "$work/ird"
truncate -s 1M "$work/disk.img"
vm_start "$work/disk.img" none "" -m 1024 -kernel "$cache/kernel/vmlinuz" -initrd "$work/initramfs" -append "$OPTIONS"
vm_end $((MINUTES * 60))
tr -d '\r' <"$console" >"$work/out"
verdict "$work/out"
