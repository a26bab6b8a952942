#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: kconfig.sh FRAGMENT MAKE...
# Lays FRAGMENT over busybox's allnoconfig, or defconfig*.config over its
# defconfig, and leaves the result as .config in the current directory, a busybox
# object directory; MAKE... is the command that runs busybox's make for it.
set -eu

fragment=$1
shift

die() {
	echo "kconfig.sh: $fragment: $*" >&2
	exit 1
}

run() {
	"$@" >kconfig.log 2>&1 || {
		tail -n 20 kconfig.log >&2
		die "this failed: $*"
	}
}

case ${fragment##*/} in
defconfig*) run "$@" defconfig </dev/null ;;
*) run "$@" allnoconfig </dev/null ;;
esac

# Numbers and texts are left to their defaults: allnoconfig has 0 and ""
wanted=$(sed -nE 's/^(# )?(CONFIG_[A-Z0-9_]+)(=.*| is not set)$/\2/p' "$fragment")
sed -nE 's/^# (CONFIG_[A-Z0-9_]+) is not set$/\1/p' .config |
	grep -vxF -e "$wanted" | sed 's/.*/# & is not set/' >.config.new
cat "$fragment" >>.config.new
mv .config.new .config
yes '' | run "$@" oldconfig

# oldconfig drops without a word what it doesn't know and what needs another
# option that is off
unmet=$(grep '^CONFIG_' "$fragment" | grep -vxF -f .config) || exit 0
die "busybox doesn't know these, or they need another option:
$unmet"
