#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs the files of tests that are named (parse, vm/run: or all of them); the
# last line is "N passed, N failed". Two run side by side: those that build, one
# after the other, and those that use what is built. What a file prints appears
# when it has ended.
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${BUILD:=$(dirname "$here")/build}"
export BUILD

builds="analyse bench build buildroot debian dist fuzz keys matrix recipes release series upstream"
virtual="vm/run vm/image vm/powercut vm/grow vm/worlds"
all=
for file in "$here"/*/*.tests; do
	file=${file##*/}
	all="$all${file%.tests} "
done
all=$all$virtual

one_of() { # NAME NAMES...
	case " $2 " in
	*" $1 "*) ;;
	*) false ;;
	esac
}

# shellcheck disable=SC2086
[ $# != 0 ] || set -- $all
for name; do
	one_of "$name" "$all" || {
		echo "There is no test $name; there are: $all"
		exit 2
	} >&2
done

"$here/../config/build/need.sh" ip strace perl unshare diff || exit 1

results=$BUILD/test
rm -rf "$results"
mkdir -p "$results"
: >"$results/log"

run() { # NAME: its output to the log, with its number of how many and its time
	began=$(date +%s)
	file=$(ls "$here"/*/"$1".tests 2>/dev/null) || file=$here/$1.sh
	output=$results/$(echo "$1" | tr / -)
	{ "$file" 2>&1 || [ $? = 1 ] || echo "FAIL: $1 runs to its end"; } >"$output"
	{
		flock 9
		n=$(($(grep -ac '^== \[' "$results/log") + 1))
		{ echo "== [$n/$total] $1, $(($(date +%s) - began)) s"; cat "$output"; } | tee -a "$results/log"
	} 9>"$results/lock"
}

# A background shell ignores Ctrl-C
trap "trap - TERM; kill 0; exit 2" HUP INT TERM
total=$#
for name; do
	! one_of "$name" "$builds" || run "$name"
done &
for name; do
	one_of "$name" "$builds" || run "$name"
done
wait

count() {
	grep -ac "^$1: " "$results/log"
}

failed=$(count FAIL)
[ "$failed" = 0 ] || {
	echo "== Failed"
	grep -a '^FAIL: ' "$results/log"
}
skipped=$(count SKIPPED)
[ "$skipped" = 0 ] || echo "$skipped skipped"
echo "$(count PASS) passed, $failed failed"
[ "$failed" = 0 ]
