#!/bin/sh
# make bench: osconf beside what people use instead, in one run on one machine,
# one after another in turns; each time a fresh disk (ext4 where that can be
# had) and fresh namespaces with the cards of the classic os.conf.
# RUNS= how often (21). The raw figures stay in build/bench/.
set -u
. "$(dirname "$0")/../lib.sh"
"$top/config/need.sh" strace ip bash perl || exit 1
can_boot || {
	echo "bench: this machine has no namespaces for us" >&2
	exit 1
}
: "${RUNS:=21}"
here=$top/tests/bench
bench=$BUILD/bench
raw=$bench/raw
rm -rf "$raw"
mkdir -p "$raw" "$bench/bin" "$bench/host"
# where awk is a link through /etc, which is another one for what is measured
ln -sf "$(realpath "$(command -v awk)")" "$bench/host/awk"
"$BUILD/busybox" --install -s "$bench/bin"
export bench

# A disk of its own, where root may have one
disk=$scratch/disk
mkdir "$disk"
file_system="the file system of ${TMPDIR:-/tmp}"
if [ "$(id -u)" = 0 ] && truncate -s 256M "$scratch/ext4" && mke2fs -q -F -t ext4 "$scratch/ext4" 2>/dev/null &&
	mount -o loop "$scratch/ext4" "$disk" 2>/dev/null; then
	file_system="ext4 on a loop device"
	trap 'cd /; umount "$disk"; rm -rf "$scratch"' EXIT
fi

# What each has to reach
expected="hostname iZ23r29djmjZ
lo 127.0.0.1/8
eth0 10.171.254.123/24
eth1 42.120.74.105/24
10.0.0.0/8 via 10.171.254.1 dev eth0
172.16.0.0/12 via 10.171.254.1 dev eth0
default via 42.120.74.1 dev eth1
password is qwer1234"

osconf="$BUILD/osconf -q -d /mnt"
command_of() {
	case $1 in
	floor) echo "$bench/floor" ;;
	osconf | again | nothing) echo "$osconf" ;;
	careful) echo "env PATH=$bench/bin $bench/bin/sh $here/careful.sh" ;;
	sample) echo "env PATH=$bench/host:$PATH bash $here/sample.sh" ;;
	esac
}
title_of() {
	case $1 in
	floor) echo "floor: only the system calls, and one sha512-crypt" ;;
	osconf) echo "**osconf**, with os.conf" ;;
	again) echo "osconf, a later boot without os.conf" ;;
	nothing) echo "osconf, nothing to do" ;;
	careful) echo "a careful ash script on busybox's applets" ;;
	sample) echo "the documentation's sample, corrected, bash" ;;
	esac
}
CASES="floor osconf again nothing careful sample"

# run_case CASE MEASURE: one run; what MEASURE prints
run_case() {
	cd "$disk" && rm -rf "$disk/run" && mkdir run && cd run || exit
	make_disk "$fixtures/classic.conf"
	before=:
	case $1 in
	again) boot "$osconf" ;;
	nothing) before=$osconf ;;
	esac
	boot "$before; $2 $(command_of "$1"); { state; password_is qwer1234; } >$raw/$1.state"
	[ "$expected" = "$(cat "$raw/$1.state")" ] || echo "$1 has not set up all of os.conf" >>"$raw/incomplete"
}

# Median and quartiles of column $2 of a file, divided by $3
spread() {
	awk -v column="$2" '{ print $column }' "$1" | sort -n | awk -v d="$3" '
		{ v[NR] = $1 / d }
		END { printf "%.1f (%.1f to %.1f)", v[int((NR + 1) / 2)], v[int((NR + 3) / 4)], v[int((3 * NR + 1) / 4)] }'
}
median() {
	awk -v column="$2" '{ print $column }' "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# The kernel counts a process's pages in batches: a small one may have none
peak() {
	kib=$(median "$raw/$1" 3)
	[ "$kib" -gt 0 ] && echo "$kib" || echo "< 256"
}

# System calls and new processes, of the command and all that it starts
count_calls() {
	run_case "$1" "strace -f -qq -o $raw/$1.trace"
	grep -c '^[0-9]* *[a-z0-9_]*(' "$raw/$1.trace" >"$raw/$1.calls"
	grep -cE '^[0-9]* *(fork|vfork|clone3?)\(' "$raw/$1.trace" >"$raw/$1.forks"
}

run=0
while [ "$run" -lt "$RUNS" ]; do
	run=$((run + 1))
	for case in $CASES; do
		run_case "$case" "$bench/measure" >>"$raw/$case"
	done
done
for case in $CASES; do
	count_calls "$case"
done

# cpu_of FILE: the median CPU time of osconf with this os.conf and $CARDS, in µs
cpu_of() {
	rm -f "$raw/cpu"
	for _ in 1 2 3 4 5; do
		cd "$disk" && rm -rf run && mkdir run && cd run || exit
		make_disk "$1"
		boot "$bench/measure $osconf" >>"$raw/cpu"
	done
	median "$raw/cpu" 2
}

{
	echo "$(date +%Y-%m-%d), $(uname -m), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r | cut -d- -f1), $file_system; medians of $RUNS runs in turns (and quartiles)."
	echo
	echo "| | wall ms | CPU ms | peak KiB | system calls | processes started |"
	echo "|---|---|---|---|---|---|"
	for case in $CASES; do
		echo "| $(title_of "$case") | $(spread "$raw/$case" 1 1000) | $(spread "$raw/$case" 2 1000) | $(peak "$case") | $(cat "$raw/$case.calls") | $(cat "$raw/$case.forks") |"
	done
} >"$bench/table"
cat "$bench/table"
[ ! -e "$raw/incomplete" ] || sort "$raw/incomplete" | uniq -c

echo
echo "CPU time of osconf, ms:"
{
	for routes in 2 20 200 2000; do
		{
			printf 'eth0_ip_addr=10.0.0.2\neth0_netmask=255.255.255.0\neth0_route="'
			seq "$routes" | awk '{ printf "11.%d.%d.0/24 10.0.0.1;", $1 / 250, $1 % 250 }'
			echo '"'
		} >"$scratch/conf"
		echo "routes $routes $(cpu_of "$scratch/conf")"
	done
	for cards in 1 4 16 32; do
		CARDS=$(seq 0 $((cards - 1)) | awk '{ printf "c%d=02:00:00:00:00:%02x ", $1, $1 }')
		seq 0 $((cards - 1)) | awk '{ printf "eth%d_ip_addr=10.%d.0.2\neth%d_netmask=255.255.0.0\neth%d_mac_addr=02:00:00:00:00:%02x\n", $1, $1, $1, $1, $1 }' >"$scratch/conf"
		echo "cards $cards $(cpu_of "$scratch/conf")"
	done
	CARDS="eth0=00:8c:fa:5e:14:23 eth1=00:8c:fa:5e:14:24"
	for kib in 1 8 63; do
		{
			cat "$fixtures/classic.conf"
			seq $((kib * 1024 / 40)) | awk '{ printf "# a line that is a comment, number %5d\n", $1 }'
		} | head -c "$((kib * 1024 + 500))" >"$scratch/conf"
		echo "KiB $kib $(cpu_of "$scratch/conf")"
	done
} | tee "$raw/growth" | awk '{ printf "   %-7s %5d %8.2f\n", $1, $2, $3 / 1000 }'

# ratio WHAT A B BOUND: A / B against "<= BOUND" or ">= BOUND"
ratio() {
	awk -v what="$1" -v a="$2" -v b="$3" -v op="$4" -v bound="$5" 'BEGIN {
		r = a / b; met = op == "<=" ? r <= bound : r >= bound
		printf "   %-7s %-52s %.2f (%s %s)\n", met ? "met" : "MISSED", what, r, op, bound }'
}
echo
echo "Targets:"
ratio "CPU time, osconf : floor" "$(median "$raw/osconf" 2)" "$(median "$raw/floor" 2)" "<=" 1.15
ratio "system calls, osconf : floor" "$(cat "$raw/osconf.calls")" "$(cat "$raw/floor.calls")" "<=" 1.3
ratio "wall time, careful script : osconf" "$(median "$raw/careful" 1)" "$(median "$raw/osconf" 1)" ">=" 3
ratio "wall time, sample : osconf" "$(median "$raw/sample" 1)" "$(median "$raw/osconf" 1)" ">=" 10
ratio "processes started by osconf" "$(cat "$raw/osconf.forks")" 1 "<=" 0
ratio "peak memory, osconf : the careful script's shell" "$(median "$raw/osconf" 3)" "$(median "$raw/careful" 3)" "<=" 1
ratio "time of a route, 2,000 routes : 20" \
	"$(awk '$1 == "routes" && $2 == 2000 { print $3 / $2 }' "$raw/growth")" \
	"$(awk '$1 == "routes" && $2 == 20 { print $3 / $2 }' "$raw/growth")" "<=" 1

if [ -n "${UPDATE-}" ]; then
	"$top/config/readme.sh" bench "$bench/table"
fi
