#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Buildroot's post-build script; $1: the root of the image
set -eu

inittab=$1/etc/inittab
grep -q osconf "$inittab" || sed -i '\,^::sysinit:/etc/init.d/rcS,i ::sysinit:/sbin/osconf' "$inittab"
# The serial console's getty is Buildroot's
grep -q ^tty1: "$inittab" || echo 'tty1::respawn:/sbin/getty -L tty1 0 linux' >>"$inittab"

# Buildroot's sample: GRUB's configuration is on the first partition
rm -rf "$1/boot/grub"
