#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Buildroot's post-image script; $1: the directory of the images
set -eu

board=$(dirname "$0")
cp "$board/grub.cfg" "$1/efi-part/EFI/BOOT/grub.cfg"
cp "$BUILD_DIR"/grub2-*/build-i386-pc/grub-core/boot.img "$1/"
mkdir -p "$1/aliyun_custom_image"
support/scripts/genimage.sh -c "$board/genimage.cfg"
