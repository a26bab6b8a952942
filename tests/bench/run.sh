#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# make bench: osconf beside what people use instead, in one run on one machine,
# in turns; each time with fresh files on ext4 and in fresh namespaces with the
# cards of the classic os.conf, and with a first partition on a block device, which
# each of them finds, mounts and leaves. All of them must reach the same end.
#
# RUNS= how often (21). -q: each of them once, and only whether it reaches the
# end; without cloud-init, growth and virtual machines, on any file system.
#
# The raw figures stay in build/bench/raw/: PLACE.CASE has a line for each run,
# wall and CPU time in µs; CASE.trace has its system calls.
set -u
. "$(dirname "$0")/../lib.sh"
export here="$top/tests/bench"
. "$here/cloud-init.sh"
. "$here/figures.sh"
. "$here/plot.sh"
can_boot || {
	echo "bench: this machine has no namespaces for us" >&2
	exit 1
}
: "${RUNS:=21}"
quick=
[ "${1-}" != -q ] || quick=yes RUNS=1
"$top/config/build/need.sh" strace ip bash perl mke2fs losetup || exit 1
export bench="$BUILD/bench" raw="$BUILD/bench/raw"
export WRITABLE="$raw"
rm -rf "$raw" "${bench:?}/bin" "$bench/host"
mkdir -p "$raw" "$bench/bin" "$bench/host"
# where awk is a link through /etc, which is another one for what is measured
ln -sf "$(realpath "$(command -v awk)")" "$bench/host/awk"
"$BUILD/busybox" --install -s "$bench/bin"

# new_place NAME FILE: an ext4 of its own, in FILE, at $scratch/NAME
new_place() {
	truncate -s 256M "$2" && mke2fs -q -F -t ext4 -b 4096 "$2" && mount -o loop "$2" "$scratch/$1"
}

device=
detach() {
	[ -z "$device" ] || losetup -d "$device"
	device=
}

# -l: the kernel takes a moment to let go of a loop device's file
leave() {
	cd /
	detach
	umount -l "$scratch/disk" "$scratch/memory" "$scratch/tmpfs" 2>/dev/null
	rm -rf "$scratch"
}
trap leave EXIT
mkdir "$scratch/disk" "$scratch/memory" "$scratch/tmpfs"
places=disk
if [ -z "$quick" ]; then
	places="disk memory"
	if ! { new_place disk "$scratch/ext4" && mount -t tmpfs tmpfs "$scratch/tmpfs" && new_place memory "$scratch/tmpfs/ext4"; }; then
		echo "bench: can't make an ext4 of its own: it takes root and loop devices" >&2
		exit 1
	fi
fi

command_of() {
	case $1 in
	floor) echo "$bench/floor $device" ;;
	osconf | again | nothing) echo "$BUILD/osconf -q -d $device" ;;
	careful) echo "$bench/bin/sh $here/careful.sh $device" ;;
	sample) echo "$(command -v bash) $here/sample.sh $device" ;;
	cloud-local) echo "$(command -v chroot) root cloud-init init --local" ;;
	cloud-init) echo "$(command -v chroot) root sh -c 'cloud-init init --local; ifup -a; cloud-init init; cloud-init modules --mode=config'" ;;
	esac
}
path_of() {
	case $1 in
	careful) echo "$bench/bin" ;;
	cloud-*) echo /usr/sbin:/usr/bin:/sbin:/bin ;; # Debian's
	*) echo "$bench/host:$PATH" ;;
	esac
}
title_of() {
	case $1 in
	floor) echo "floor: only the system calls that can't be avoided, and one sha512-crypt" ;;
	osconf) echo "**osconf**, with os.conf" ;;
	again) echo "osconf, a later boot without os.conf" ;;
	nothing) echo "osconf, nothing to do" ;;
	careful) echo "a careful ash script on busybox's applets" ;;
	sample) echo "the documentation's sample, corrected, bash (1)" ;;
	cloud-local) echo "cloud-init, local stage alone (2)" ;;
	cloud-init) echo "cloud-init, all that it takes to the same end (3)" ;;
	esac
}
cases="floor osconf again nothing careful sample"
if [ -z "$quick" ] && command -v apt-get >/dev/null && get_cloud_init; then
	cases="$cases cloud-local cloud-init"
fi

# What each has to reach; the last lines would be files with the password in
# clear, and what is left of os.conf
# shellcheck disable=SC2016
end='state | sed "s/ onlink$//"; password_is qwer1234
	cat /etc/hostname; grep -s ^nameserver /etc/resolv.conf
	grep -rl -e qwer1234 -e cXdlcjEyMzQK /etc; [ -z "$device" ] || mount "$device" /mnt; left'
expected_of() {
	case $1 in
	cloud-local) printf '%s\n' "hostname iZ23r29djmjZ" "password is not qwer1234" iZ23r29djmjZ ;;
	*)
		cat <<-EOF
			hostname iZ23r29djmjZ
			lo 127.0.0.1/8
			eth0 10.171.254.123/24
			eth1 42.120.74.105/24
			10.0.0.0/8 via 10.171.254.1 dev eth0
			172.16.0.0/12 via 10.171.254.1 dev eth0
			default via 42.120.74.1 dev eth1
			password is qwer1234
			iZ23r29djmjZ
			nameserver 7.7.7.7
			nameserver 8.8.8.8
		EOF
		;;
	esac
}

fresh_files() { # PLACE
	cd "$scratch/$1" && rm -rf run && mkdir run && cd run || exit
}

# The disk of an image, as $device; its first partition is made once
make_device() {
	make_disk "$fixtures/classic.conf"
	[ -e "$scratch/partition" ] || {
		truncate -s 32M "$scratch/partition"
		mke2fs -q -F -t ext4 -d first "$scratch/partition"
	}
	cp --sparse=always "$scratch/partition" partition
	device=$(losetup -f --show partition)
}

# run_case CASE PLACE MEASURE: one run; what MEASURE prints. What was written
# before is synced first, so that it is not synced at the expense of the case
run_case() {
	fresh_files "$2"
	before=:
	case $1 in
	cloud-*)
		make_cloud_init_disk
		# shellcheck disable=SC2016
		before='. "$here/cloud-init.sh"; enter_cloud_init'
		;;
	*) make_device ;;
	esac
	case $1 in
	again) boot "$(command_of again)" ;;
	nothing) before=$(command_of nothing) ;;
	esac
	boot "$before; sync -f /etc; PATH=$(path_of "$1") $3 $(command_of "$1"); device=$device; { $end; } >$raw/$1.end 2>&1"
	detach
	expected_of "$1" | diff - "$raw/$1.end" >>"$raw/$1.incomplete" || incomplete=yes
}
incomplete=

complain_of() { # CASE
	[ ! -s "$raw/$1.incomplete" ] || {
		echo "$1 does not reach the end:"
		sort -u "$raw/$1.incomplete"
	}
}

run=0
while [ "$run" -lt "$RUNS" ]; do
	run=$((run + 1))
	for case in $cases; do
		for place in $places; do
			run_case "$case" "$place" "$bench/measure" >>"$raw/$place.$case"
		done
	done
done
for case in $cases; do
	run_case "$case" "${places##* }" "$(command -v strace) -f -qq -o $raw/$case.trace" >/dev/null 2>&1
	run_case "$case" "${places##* }" "$bench/peak" >"$raw/$case.peak"
done
"$bench/peak" "$bench/bin/sh" -c : >"$raw/shell.peak"
for case in $cases; do
	complain_of "$case"
done
[ -z "$incomplete" ] || exit 1
[ -z "$quick" ] || exit 0

"$here/boot.sh" >"$raw/boot" || rm "$raw/boot"
. "$here/growth.sh"
grow_all >"$raw/growth"

main_table >"$bench/table"
cat "$bench/table"
echo
echo "CPU time of osconf as its task grows:"
cat "$raw/growth"
echo
echo "System calls by name:"
table_of_calls floor osconf again nothing careful
echo
echo "Targets:"
targets
[ -z "${UPDATE-}" ] || {
	"$top/tests/bench/readme.sh" bench "$bench/table"
	"$top/config/build/need.sh" gnuplot && plots "$here"
}
