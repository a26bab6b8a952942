#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs the fuzz targets (those that are named, or all), one on each core, for FUZZ_TIME=
# seconds each (60; RUNS= inputs instead). What they learn stays in $BUILD/fuzz/corpus.
#
# Before that, each gets a fault (see reached() in harness.h) that it must come to from
# what it begins with: what can't fail finds nothing.
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${BUILD:=$here/../../build}" "${FUZZ_TIME:=60}" "${RUNS:=}"
fuzz=$BUILD/fuzz
limit="-max_total_time=$FUZZ_TIME"
[ -z "$RUNS" ] || limit="-runs=$RUNS"

# TARGET|WHAT IT MUST REACH
targets() {
	cat <<-'EOF'
		osconf|plan
		saved|plan
		disk|vfat
		disk|ext2
		disk|ext3
		disk|ext4
		disk|ufstype=44bsd
		disk|ufstype=ufs2
		disk|iso9660
		accounts|hash
	EOF
}

# What there is to begin with: good files of every kind, and damaged ones
seed_osconf() {
	for file in classic vpc; do
		cp "$here/../fixtures/$file.conf" "$1/$file"
		printf '\n----\n' | cat "$here/../fixtures/$file.conf" - "$here/../fixtures/classic.conf" >"$1/$file-after"
	done
}

seed_saved() {
	cat >"$1/all" <<-'EOF'
		# Settings of this instance
		hostname='web1.example'
		dns_nameserver='7.7.7.7 8.8.8.8'
		password_hash='$6$0123456789abcdef$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
		eth0_ip_addr='10.0.0.2'
		eth0_netmask='255.255.255.0'
		eth0_gateway='100.64.0.1'
		eth0_mac_addr='00:8c:fa:5e:14:23'
		eth0_route='10.0.0.0/8 10.0.0.1;1.2.3.4/32 10.9.9.9'
		eth31_ip_addr='10.31.0.2'
		eth31_netmask='255.255.255.255'
		----
		eth1_gateway=10.0.0.1
	EOF
}

# A disk of each kind, with the least that makes it one: see disk.c for the places
seed_disk() {
	perl -e '
		chdir $ARGV[0] or die;
		my %place = (boot => 0, ext => 1024, ufs1 => 2048 + 348, iso => 2560, root => 4608, ufs2 => 5632 + 348);
		sub disk { # NAME, PLACE => TEXT...
			my $name = shift;
			my $disk = "\0" x 6144;
			while (my ($at, $text) = splice @_, 0, 2) {
				substr($disk, $place{$at}, length $text) = $text;
			}
			open my $file, ">", $name; print $file $disk;
		}
		my $fat16 = pack "a3 a8 v C v C v v C v v v V V C C C V a11 a8 x448 v",
			"\xeb\x3c\x90", "mkfs.fat", 512, 1, 2, 2, 32, 8192, 0xf8, 15, 32, 2, 0, 0, 0x80, 0, 0x29, 0x12345678, "OSBOOT", "FAT16   ", 0xaa55;
		my $fat32 = pack "a3 a8 v C v C v v C v v v V V V v v V v v x12 C C C V a11 a8 x420 v",
			"\xeb\x58\x90", "mkfs.fat", 512, 1, 32, 2, 0, 0, 0xf8, 0, 32, 2, 0, 70000, 545, 0, 0, 2, 1, 6, 0x80, 0, 0x29, 0x12345678, "OSBOOT", "FAT32   ", 0xaa55;
		disk("fat16", boot => $fat16, root => pack "a11 C x20", "OSBOOT     ", 8);
		disk("fat32", boot => $fat32);
		my $n = 2;
		for ([0, 0, 0], [4, 2, 1], [4, 0x2c2, 0x46b]) {
			disk("ext" . $n++, ext => pack "V13 v6 V4 v2 V v2 V3 a16 a16", 2048, 8192, 400, 7000, 2000, 1, 0, 0, 8192, 8192, 1024, 0, 0,
				0, 20, 0xef53, 1, 1, 0, 0, 0, 0, 1, 0, 0, 11, 256, 0, @$_, "0123456789abcdef", "OSROOT");
		}
		disk("ufs1", ufs1 => pack "V", 0x00011954);
		disk("ufs2", ufs2 => pack "V", 0x19540119);
		disk("iso", iso => "\1CD001\1" . "\0" x 33 . "config-2");
	' "$1"
}

seed_accounts() {
	printf 'root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n\n----\nroot:x:0:0:root:/root:/bin/sh\n' >"$1/ordinary"
	printf 'daemon:*:1::::::\nroot:!\n----\nalice:x:1:1::/:/bin/sh\nroot::0:0' >"$1/short"
}

# Settings are not freed: osconf ends with them
fuzz() { # TARGET OPTION...
	target=$1
	shift
	dictionary=-dict=$here/dictionary
	case $target in
	disk) dictionary= ;;
	esac
	ASAN_OPTIONS=detect_leaks=0 "$fuzz/fuzz-$target" ${dictionary:+"$dictionary"} -timeout=20 -max_len=8192 \
		-artifact_prefix="$fuzz/$target-" -print_final_stats=1 -detect_leaks=0 "$@" 2>&1
}

# Those that no input to begin with reaches
unreached() { # TARGET
	targets | sed -n "s/^$1|//p" | while read -r what; do
		FUZZ_FAULT=$what fuzz "$1" -exact_artifact_path=/dev/null "$fuzz/seeds/$1"/* | grep -q -e 'fault, what.*: does not hold' -e 'FUZZ_FAULT.*: does not hold' || printf ' %s,' "$what"
	done
}

run() { # TARGET
	mkdir -p "$fuzz/corpus/$1" "$fuzz/seeds/$1"
	"seed_$1" "$fuzz/seeds/$1"
	missed=$(unreached "$1")
	fuzz "$1" "$limit" -close_fd_mask=2 "$fuzz/corpus/$1" "$fuzz/seeds/$1" >"$fuzz/$1.log"
	status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$fuzz/$1.log")
	if [ -n "$missed" ]; then
		echo "FAIL: fuzzing $1: it does not come to${missed%,}"
	elif [ "$status" = 0 ] && [ "${runs:-0}" -gt 0 ]; then
		echo "PASS: fuzzing $1: $runs inputs"
	else
		echo "FAIL: fuzzing $1: see $fuzz/$1.log"
		tail -n 30 "$fuzz/$1.log" | sed 's/^/    /'
	fi
}

if [ "${1-}" = --one ]; then
	run "$2"
	exit
fi
# shellcheck disable=SC2046
[ $# != 0 ] || set -- $(targets | cut -d '|' -f 1 | uniq)
printf '%s\n' "$@" | xargs -P 2 -n 1 "$0" --one | tee "$fuzz/results"
! grep -q '^FAIL: ' "$fuzz/results"
