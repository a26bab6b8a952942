#!/bin/sh
# Runs both fuzz targets, one on each core, for FUZZ_TIME= each (60; RUNS= inputs
# instead). What they learn stays in $BUILD/fuzz/corpus.
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${BUILD:=$here/../../build}" "${FUZZ_TIME:=60}" "${RUNS:=}"
fuzz=$BUILD/fuzz
limit="-max_total_time=$FUZZ_TIME"
[ -z "$RUNS" ] || limit="-runs=$RUNS"

# What there is to begin with: good files of every kind, and damaged ones
seed() {
	mkdir -p "$fuzz/corpus/osconf" "$fuzz/corpus/saved"
	for file in classic vpc; do
		cp "$here/../fixtures/$file.conf" "$fuzz/corpus/osconf/$file"
		printf '\n----\n' | cat "$here/../fixtures/$file.conf" - "$here/../fixtures/classic.conf" >"$fuzz/corpus/osconf/$file-after"
	done
	cat >"$fuzz/corpus/saved/all" <<-'EOF'
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

run() { # TARGET
	# settings are not freed: osconf ends with them
	ASAN_OPTIONS=detect_leaks=0 "$fuzz/fuzz-$1" "$limit" -max_len=4096 -dict="$here/dictionary" -artifact_prefix="$fuzz/$1-" \
		-print_final_stats=1 -detect_leaks=0 "$fuzz/corpus/$1" >"$fuzz/$1.log" 2>&1
	status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$fuzz/$1.log")
	if [ "$status" = 0 ] && [ "${runs:-0}" -gt 0 ]; then
		echo "PASS: fuzzing $1: $runs inputs"
	else
		echo "FAIL: fuzzing $1: see $fuzz/$1.log"
		tail -n 30 "$fuzz/$1.log" | sed 's/^/    /'
	fi
}

seed
run osconf &
run saved
wait
! tail -qn +1 "$fuzz"/osconf.log "$fuzz"/saved.log | grep -q '^SUMMARY'
