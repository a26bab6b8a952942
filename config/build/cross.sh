#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: cross.sh ARCH DIR
# Makes DIR/bin/ARCH-linux-musl-gcc and its tools, for static programs of another
# architecture, from Debian's packages: its cross compiler, which brings glibc,
# and ARCH's own musl and kernel headers, which are unpacked in DIR.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
arch=$1
dir=$2
. "$here/apt.sh"

die() {
	echo "cross.sh: $*" >&2
	exit 1
}

[ ! -d "$dir" ] || exit 0
case $arch in
aarch64) debian_arch=arm64 ;;
x86_64) debian_arch=amd64 ;;
*) die "ARCH=$arch: aarch64 or x86_64" ;;
esac
"$here/need.sh" "$arch-linux-gnu-gcc"
command -v apt-get >/dev/null || die "no $arch-linux-musl-gcc, and without apt-get none can be made"

new=$dir.new
rm -rf "$new"
mkdir -p "$new"
(
	cd "$new" || exit
	foreign_apt "$new/apt" "$debian_arch"
	apt-get -q download musl-dev linux-libc-dev
) >"$new/log" 2>&1 || {
	tail -n 3 "$new/log" >&2
	die "musl-dev and linux-libc-dev for $debian_arch could not be had"
}
for package in "$new"/*.deb; do
	dpkg -x "$package" "$new"
done
# of its source: a rebuild of the package alone adds +bN
dpkg-deb -f "$new"/musl-dev_*.deb Version | sed 's/+b[0-9]*$//' >"$new/musl-version"
rm -r "$new"/*.deb "$new/apt" "$new/log"

# musl-dev's compiler and its specs have absolute paths
sed -i "s|/usr/[a-z]*/$arch-|$dir&|g" "$new/usr/lib/$arch-linux-musl/musl-gcc.specs" "$new/usr/bin/$arch-linux-musl-gcc"
mv "$new/usr/bin" "$new/bin"
ln -s ../linux ../mtd ../asm-generic "../$arch-linux-gnu/asm" "$new/usr/include/$arch-linux-musl/"
for tool in ar as ld nm objcopy objdump ranlib strip; do
	ln -s "$(command -v "$arch-linux-gnu-$tool")" "$new/bin/$arch-linux-musl-$tool"
done
mv "$new" "$dir"
