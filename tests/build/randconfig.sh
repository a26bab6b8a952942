#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: randconfig.sh [COUNT [SEED]]
# Builds busybox with the series: allyesconfig, allnoconfig and COUNT random
# configurations (10); runs what comes out. A configuration that fails is built
# without the series, too: what upstream can't build either is counted apart.
# kconfig's own randconfig begins with the time of day; here the choices hang on
# SEED (1) alone. CC="ccache gcc" saves time.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
: "${BUILD:=$top/build}" "${BUSYBOX_VERSION:=1.38.0}" "${CC:=gcc}" "${JOBS:=$(nproc)}"
count=${1:-10}
seed=${2:-1}
scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/osconf.XXXXXX") || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM

# What a machine like this can't build, in a busybox as it was released; behind
# two blanks, why
cat >"$scratch/excluded" <<-END
	PAM SELINUX  need libraries and headers that are seldom installed
	TC  needs what Linux 6.8 took out of its headers
	FEATURE_MOUNT_NFS FEATURE_INETD_RPC FEATURE_HAVE_RPC  need Sun RPC's headers, which glibc 2.32 took out
	STATIC STATIC_LIBGCC PIE NOMMU BUILD_LIBBUSYBOX  make another kind of program
	WERROR  newer compilers warn of more
	DEBUG_SANITIZE EFENCE DMALLOC  need libraries of their own
	EXTRA_COMPAT  needs another regex library
END

unpack() { # TREE
	mkdir "$scratch/$1"
	bzip2 -dc "$BUILD/cache/busybox-$BUSYBOX_VERSION.tar.bz2" | tar -xf - -C "$scratch/$1" --strip-components=1
}

# busybox's make in an object directory of its own; its output goes to the log
run_make() { # TREE TARGET...
	tree=$1
	shift
	make -C "$scratch/$tree" O="$scratch/objects" CC="$CC" "$@" >>"$scratch/log" 2>&1
}

new_objects() {
	rm -rf "$scratch/objects"
	mkdir "$scratch/objects"
}

# Each option of allyesconfig is y with the probability of N in 8
choose() { # SEED N
	awk -v seed="$1" -v n="$2" '
		BEGIN { srand(seed) }
		NR == FNR { sub(/  .*/, ""); for (i = 1; i <= NF; i++) excluded["CONFIG_" $i] = 1; next }
		!/^CONFIG_[A-Z0-9_]*=y$/ { next }
		{ sub(/=y/, "") }
		!($0 in excluded) && rand() * 8 < n { print $0 "=y"; next }
		{ print "# " $0 " is not set" }' "$scratch/excluded" "$scratch/allyes"
}

build() { # TREE
	new_objects
	: >"$scratch/log"
	cp "$scratch/wanted" "$scratch/objects/.config"
	yes '' | run_make "$1" oldconfig && run_make "$1" -j"$JOBS" busybox
}

has() {
	grep -q "^CONFIG_$1=y" "$scratch/objects/.config"
}

works() {
	cd "$scratch/objects" || return
	# with one applet alone, busybox is that one
	[ "$(sed -n 's/^#define NUM_APPLETS //p' include/NUM_APPLETS.h)" -gt 1 ] || return 0
	if has ECHO; then
		[ "$(./busybox echo ok)" = ok ] || return
	fi
	if has OSCONF && has SHOW_USAGE; then
		./busybox osconf --help 2>&1 | grep -q 'Usage: osconf' || return
	fi
	# its status is not that of every release
	./busybox --help 2>&1 | grep -q .
}

built=0 upstream=0 failures=0 with_osconf=0
try() { # NAME
	if build applied && (works) >>"$scratch/log" 2>&1; then
		built=$((built + 1))
		! has OSCONF || with_osconf=$((with_osconf + 1))
		return
	fi
	grep -m 3 -e 'rror:' -e 'undefined reference' "$scratch/log" || tail -n 3 "$scratch/log"
	if build plain && (works) >>"$scratch/log" 2>&1; then
		echo "FAIL: $1: builds without the series only"
		cp "$scratch/wanted" "$BUILD/randconfig.failed"
		failures=$((failures + 1))
	else
		echo "$1: upstream fails, too"
		upstream=$((upstream + 1))
	fi
}

unpack plain || exit 2
unpack applied || exit 2
"$top/config/build/apply.sh" "$scratch/applied" || exit 2
new_objects
run_make applied allyesconfig || exit 2
cp "$scratch/objects/.config" "$scratch/allyes"
choose 0 9 >"$scratch/wanted"
try allyesconfig
new_objects
run_make applied allnoconfig || exit 2
cp "$scratch/objects/.config" "$scratch/wanted"
try allnoconfig
n=0
while [ "$n" -lt "$count" ]; do
	# from few options to most of them
	choose "$((seed + n))" "$((n % 7 + 1))" >"$scratch/wanted"
	try "seed $((seed + n))"
	n=$((n + 1))
	[ $((n % 10)) != 0 ] || echo "$n of $count"
done
echo "$built configurations build and run ($with_osconf with osconf), $upstream that upstream can't build either, $failures failed"
[ "$failures" = 0 ]
