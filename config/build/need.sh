#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: need.sh [-o] TOOL...
# Sees to it that each TOOL is there: installs what is missing where that is
# possible (root, apt-get), else ends with the command to type.
# -o: optional; goes without where it can't be installed.
set -eu

# What Debian's package of a tool is called, where it isn't called the same
package_of() {
	case $1 in
	libc-dev) echo libc6-dev ;; # C library and kernel headers
	musl-gcc) echo musl-tools ;;
	mformat | mmd | mcopy | mtype | mdir) echo mtools ;;
	mkfs.fat | fsck.fat) echo dosfstools ;;
	sfdisk) echo fdisk ;;
	mke2fs | mkfs.ext4 | debugfs | e2fsck | tune2fs | dumpe2fs) echo e2fsprogs ;;
	grub-mkimage) echo grub-common ;;
	gnuplot) echo gnuplot-nox ;;
	OVMF.fd) echo ovmf ;;
	QEMU_EFI.fd) echo qemu-efi-aarch64 ;;
	ssh) echo openssh-client ;;
	readelf) echo binutils ;;
	libfuzzer) echo libclang-rt-dev ;;
	dpkg-deb) echo dpkg ;;
	gpg) echo gnupg ;;
	qemu-system-x86_64) echo qemu-system-x86 ;;
	qemu-system-aarch64) echo qemu-system-arm ;;
	qemu-img) echo qemu-utils ;;
	qemu-*-static) echo qemu-user-static ;;
	ip | tc | bridge) echo iproute2 ;;
	unshare | nsenter | losetup | setsid) echo util-linux ;;
	xz) echo xz-utils ;;
	mksquashfs | unsquashfs) echo squashfs-tools ;;
	mandoc | cppcheck | tar | make | gcc | bzip2 | patch | cpio | bc | zstd | file | git | perl | python3 | \
		strace | shellcheck | expect | genisoimage | fusefat | makefs | dmsetup | gzip | clang | \
		wget | curl | reuse | lintian | mmdebstrap | npm) echo "$1" ;;
	*-linux-gnu-gcc) echo "gcc-${1%-gcc}" | tr _ - ;;
	aarch64-linux-gnu-libc-dev) echo libc6-dev-arm64-cross ;;
	x86_64-linux-gnu-libc-dev) echo libc6-dev-amd64-cross ;;
	esac
}

is_there() {
	case $1 in
	*-linux-gnu-libc-dev) [ -f "/usr/${1%-libc-dev}/include/stdio.h" ] ;;
	libc-dev) [ -f /usr/include/stdio.h ] && [ -f /usr/include/linux/types.h ] ;;
	OVMF.fd) [ -f /usr/share/ovmf/OVMF.fd ] ;;
	QEMU_EFI.fd) [ -f /usr/share/qemu-efi-aarch64/QEMU_EFI.fd ] ;;
	libfuzzer) [ -f "$(clang -print-file-name=libclang_rt.fuzzer-x86_64.a 2>/dev/null)" ] || ls /usr/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a >/dev/null 2>&1 ;;
	*) PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null ;;
	esac
}

missing_of() {
	for tool; do
		is_there "$tool" || echo "$tool"
	done
}

optional=
if [ "${1-}" = -o ]; then
	optional=yes
	shift
fi
missing=$(missing_of "$@" | xargs)
[ -n "$missing" ] || exit 0
packages=$(for tool in $missing; do package_of "$tool"; done | sort -u | xargs)
install="apt-get install --no-install-recommends $packages"

if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "need.sh: installing $packages"
	export DEBIAN_FRONTEND=noninteractive
	log=$(mktemp)
	install_quietly="$install -q -y -oDPkg::Lock::Timeout=300"
	# Without package lists, or with old ones, the first try fails
	$install_quietly >"$log" 2>&1 || {
		apt-get -q update
		$install_quietly
	} >"$log" 2>&1 || [ -n "$optional" ] || cat "$log" >&2
	rm -f "$log"
	missing=$(missing_of "$@" | xargs)
	[ -n "$missing" ] || exit 0
fi

[ -z "$optional" ] || exit 0
{
	echo "need.sh: not on this machine: $missing"
	[ -z "$packages" ] || echo "Install what is missing, as root (the names are Debian's): $install"
} >&2
exit 1
