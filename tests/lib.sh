# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What each *.tests file begins with: cases in the form of busybox's own test
# suite, and machines of their own to run osconf in.
#
#   testing "what a user sees" "commands" "expected output" "file input" "stdin"
#
# The commands run in an empty directory, with build/osconf and build/busybox
# in PATH; stdout and stderr are compared. Escapes (\n) work in the last three.

top=$(cd "$(dirname "$0")" && while [ ! -d config ] && [ "$PWD" != / ]; do cd ..; done && pwd)
: "${BUILD:=$top/build}"
export BUILD top
export PATH="$BUILD:$PATH:/usr/sbin:/sbin"
export LC_ALL=C
export fixtures="$top/tests/fixtures"
[ -x "$BUILD/osconf" ] || {
	echo "$BUILD/osconf is not there: run make first" >&2
	exit 2
}

# osconf with all its parts: build/osconf alone has none, but that of a
# sanitizer's build has
whole=osconf
osconf --help 2>&1 | grep -q 'b BACKEND' || whole="busybox osconf"
export whole

# Not in /tmp: where that is a tmpfs, osconf sees that the machines' disks don't last
scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/osconf.XXXXXX") || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM
failures=0

# A machine has a /tmp, a /run and a /mnt of its own. Where the project is below one
# of them, what machines use of it is copied to where they see it
export machine="$top/tests/machine.sh"
is_covered() { # PATH
	case $(readlink -f "$1")/ in
	/tmp/* | /run/* | /mnt/*) ;;
	*) false ;;
	esac
}
if is_covered "$top" || is_covered "$BUILD"; then
	! is_covered "$scratch" || {
		echo "TMPDIR=$TMPDIR: machines of the tests cover it; take another, like /var/tmp" >&2
		exit 2
	}
	mkdir "$scratch/project"
	cp -R "$fixtures" "$machine" "$BUILD/osconf" "$BUILD/busybox" "$scratch/project"
	fixtures=$scratch/project/fixtures machine=$scratch/project/machine.sh PATH=$scratch/project:$PATH
fi

# True if osconf needs nothing else. A sanitizer's build is not static, wants
# /proc and has memory of its own; what needs an emulator is a script here
stands_alone() {
	! grep -q -e __asan_init -e '^exec qemu' "$BUILD/osconf"
}

passed() {
	echo "PASS: $1"
}

failed() {
	echo "FAIL: $1"
	failures=$((failures + 1))
}

skipped() {
	echo "SKIPPED: $1"
}

# True if a release's source is in $BUILD/cache, or can be had; what can't is
# asked for once in a run of all tests
has_release() { # VERSION
	grep -qsx "$1" "$BUILD/test/missing" && return 1
	"$top/config/build/fetch-busybox.sh" "$1" "$BUILD/cache/busybox-$1.tar.bz2" >/dev/null 2>&1 || {
		mkdir -p "$BUILD/test"
		echo "$1" >>"$BUILD/test/missing"
		false
	}
}

# The releases of busybox.sha256 whose source can be had, oldest first
releases() {
	sed -n 's/.*busybox-\(.*\)\.tar\.bz2/\1/p' "$top/config/build/busybox.sha256" | while read -r release; do
		! has_release "$release" || echo "$release"
	done
}

# A release's own tree
unpack_release() { # VERSION DIR
	mkdir "$2"
	bzip2 -dc "$BUILD/cache/busybox-$1.tar.bz2" | tar -xf - -C "$2" --strip-components=1
}

# glibc's words for an error, as musl has them
words() {
	sed -i 's|Input/output error|I/O error|; s|Cannot allocate memory|Out of memory|; s|Network is unreachable|Network unreachable|; s|Device or resource busy|Resource busy|' "$1"
}

# A stand-in for strace that injects nothing. What wants a fault must fail with it
without_injection() { # FILE
	cat >"$1" <<-EOF
		#!/bin/sh
		for word; do
			shift
			case \$word in
			inject=*) word=signal=all; : >.not-injected ;;
			esac
			set -- "\$@" "\$word"
		done
		exec $(command -v strace) "\$@"
	EOF
	chmod 755 "$1"
}

# SKIP=: cases in whose commands this extended regular expression is are for
# another build. NOT_INJECTED=1: nothing is said of those in which no stand-in for
# strace was asked for a fault
testing() {
	if [ -n "${SKIP-}" ] && echo "$2" | grep -qE -e "$SKIP"; then
		skipped "$1"
		return
	fi
	rm -rf "$scratch/case"
	mkdir "$scratch/case"
	printf '%b' "$3" >"$scratch/expected"
	printf '%b' "$5" >"$scratch/stdin"
	[ -z "$4" ] || printf '%b' "$4" >"$scratch/case/input"
	(
		cd "$scratch/case" || exit
		eval "$2"
	) <"$scratch/stdin" >"$scratch/actual" 2>&1
	words "$scratch/actual"
	[ -z "${NOT_INJECTED-}" ] || find "$scratch/case" -name .not-injected | grep -q . || return 0
	if cmp -s "$scratch/expected" "$scratch/actual"; then
		passed "$1"
	else
		failed "$1"
		echo "$2" | sed 's/^/    /'
		diff -U 20 "$scratch/expected" "$scratch/actual" | sed '1,3d; s/^/    /'
	fi
}

# Each *.tests file ends with it
finish() {
	[ "$failures" = 0 ]
	exit
}

# chroot and namespaces without root, where the kernel lets us
if [ "$(id -u)" = 0 ]; then
	as_root=
else
	as_root="unshare -r"
fi

root_with_accounts() {
	mkdir -p root/etc
	echo "root:x:0:0::/:/bin/sh" >root/etc/passwd
	echo "root:*:::::::" >root/etc/shadow
}

# What osconf would do on a machine where nothing is set up yet with the
# settings in the file input; without what every plan has
plan() {
	root_with_accounts
	$as_root osconf -n -R root -f input "$@" 2>&1 | sed '/^ifconfig lo /d; /^cat >/,/^EOF$/d; /^# /d'
}

# The whole of it, and the exit status
whole_plan() {
	root_with_accounts
	$as_root osconf -n -R root -f "$@"
	echo "exit status $?"
}

# A program of the root file system root/ that says that it was run
stand_in() { # PATH SCRIPT
	printf '#!/bin/sh\n%s\n' "$2" >"root/$1"
	chmod 755 "root/$1"
}

# COMMAND in the root file system root/, and its exit status
in_chroot() { # COMMAND...
	$as_root chroot root "$@"
	echo "exit status $?"
}

# A machine in namespaces of its own (mounts, network, host name, processes).
# Its disk is in the current directory: etc/ is its /etc, first/ its first
# partition, mounted at /mnt. It outlives the machine: booting again finds it.
# CARDS: name=MAC of its cards. The script $1 runs in it, with machine.sh.
CARDS="eth0=00:8c:fa:5e:14:23 eth1=00:8c:fa:5e:14:24"
boot() {
	[ -d etc ] || make_disk
	# shellcheck disable=SC2086,SC2016
	CARDS=$CARDS timeout 120 unshare ${as_root:+-r} -mnupf --kill-child --mount-proc \
		sh -c '. "$machine"; start; eval "$1"' machine "$1"
}

# The disk of an image that was just made; $1: its os.conf
make_disk() {
	mkdir -p etc first/aliyun_custom_image
	echo 'root:x:0:0:root:/root:/bin/sh' >etc/passwd
	printf '%s\n' 'root:*:19000:0:99999:7:::' 'daemon:*:19000:0:99999:7:::' >etc/shadow
	chmod 600 etc/shadow
	[ -z "${1-}" ] || platform_writes "$1"
}

# What the platform does before an instance starts
platform_writes() {
	cp "$1" first/aliyun_custom_image/os.conf
}

can_boot() {
	(cd "$scratch" && mkdir -p can && cd can && boot 'ip link show eth0') >/dev/null 2>&1
}
