#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: patch-sizes.sh TARBALL DIR MAKE...
# What each patch alone does to busybox's own defconfig, and all of them
# together, with osconf in the tree and turned off: bytes of text, in DIR/sizes.
# MAKE... is the command that runs busybox's make in its source tree.
set -eu

project=$(cd "$(dirname "$0")/../.." && pwd)
tarball=$1
dir=$2
shift 2

rm -rf "$dir"
mkdir -p "$dir/stock"
bzip2 -dc "$tarball" | tar -xf - -C "$dir/stock" --strip-components=1
grep -v -e OSCONF -e LOGIN_NEW_PASSWORD "$project/config/kconfig/defconfig.config" >"$dir/defconfig.config"

build() {
	(cd "$dir/tree" && yes '' | "$@" oldconfig && "$@" busybox) >"$dir/log" 2>&1 || {
		tail -n 20 "$dir/log" >&2
		exit 1
	}
}

text() {
	size "$dir/tree/busybox_unstripped" | awk 'NR == 2 { print $1 }'
}

# Always in the same place: what a patch does not touch is not built again
begin_with_stock() {
	rm -rf "$dir/tree"
	cp -a "$dir/stock" "$dir/tree"
}

result() { # NAME
	echo "$1 $(($(text) - stock_text))" >>"$dir/sizes.new"
}

begin_with_stock
(cd "$dir/tree" && "$project/config/build/kconfig.sh" "$dir/defconfig.config" "$@")
build "$@"
stock_text=$(text)
rm -rf "$dir/stock"
cp -a "$dir/tree" "$dir/stock"

for patch in "$project"/patches/*.patch; do
	begin_with_stock
	# of two for different releases, one fits
	patch -d "$dir/tree" -p1 -F0 -N -f -s -r - --no-backup-if-mismatch <"$patch" >/dev/null || continue
	! grep -q '^+.*networking/osconf/' "$patch" || cp -r "$project/applet" "$dir/tree/networking/osconf"
	build "$@"
	name=${patch##*/}
	result "${name%.patch}"
done

begin_with_stock
"$project/config/build/apply.sh" "$dir/tree"
build "$@"
result together
mv "$dir/sizes.new" "$dir/sizes"
rm -rf "$dir/tree" "$dir/stock"
