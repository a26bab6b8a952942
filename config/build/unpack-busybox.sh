#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: unpack-busybox.sh VERSION CACHE DIR
# Gets a release (see fetch-busybox.sh) into CACHE, and its tree into DIR.
set -eu

tarball=$2/busybox-$1.tar.bz2
"$(dirname "$0")/fetch-busybox.sh" "$1" "$tarball"
mkdir -p "$3"
bzip2 -dc "$tarball" | tar -xf - -C "$3" --strip-components=1
