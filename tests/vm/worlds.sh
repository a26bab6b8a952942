#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Worlds (see tests/worlds/worlds.sh) in a virtual machine: Debian's kernel has FAT and
# overlay, which the kernel of a build machine may lack. All is in the initramfs: the
# programs that worlds need, from this machine with their libraries, and tests/worlds.
#
#   vm/worlds.sh [COUNT [SEED]]     the kept worlds on FAT, and so many fresh ones
#
# GIVEN='first=vfat,device_vfat': what fresh ones have; SECONDS_MAX=, KNOWN= as worlds.sh
set -u

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
name="worlds"
: "${GIVEN=first=vfat,device_vfat}"
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

work=$(mktemp -d "$vm/worlds.XXXXXX") || exit 1
trap '[ -z "${qemu_pid-}" ] || kill "$qemu_pid" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
if ! get_kernel; then
	echo "SKIPPED: $name: there is no kernel for virtual machines"
	exit
fi
# shellcheck disable=SC2086
add_programs $PROGRAMS
add_perl
add_project
install -m 755 "$here/worlds-init" "$work/ird/worlds"
mkdir -p "$work/ird/etc" "$work/ird/mnt" "$work/ird/srv" "$work/ird/run" "$work/ird/tmp" "$work/ird/var/tmp"
echo '::sysinit:/worlds' >"$work/ird/etc/inittab"
printf '%s\n' "COUNT=${1:-10} SEED=${2:-1} GIVEN='$GIVEN' SECONDS_MAX=${SECONDS_MAX:-0}" >"$work/ird/drawn"
make_initramfs "$work/initramfs" "$work/ird"
truncate -s 1M "$work/disk.img"
vm_start "$work/disk.img" none "" -m 1024 -kernel "$cache/kernel/vmlinuz" -initrd "$work/initramfs" -append "$OPTIONS"
vm_end "${PATIENCE:-900}"
tr -d '\r' <"$console"
