#!/bin/sh
# Runs the files of tests that are named, or all of them, and those in virtual
# machines; the last line is "N passed, N failed" (and ", N skipped").
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${BUILD:=$(dirname "$here")/build}"
export BUILD
"$here/../config/need.sh" ip strace perl unshare diff || exit 1

log=$BUILD/test/log
mkdir -p "$BUILD/test"
: >"$log"

run() {
	echo "== ${1#"$here"/}"
	{ "$@" 2>&1 || [ $? = 1 ] || echo "FAIL: ${1##*/} runs to its end"; } | tee -a "$log"
}

[ $# != 0 ] || set -- "$here"/*.tests "$here"/vm/run.sh "$here"/vm/image.sh "$here"/vm/powercut.sh "$here"/vm/grow.sh
for file; do
	run "$file"
done

count() {
	grep -ac "^$1: " "$log"
}

failed=$(count FAIL)
[ "$failed" = 0 ] || {
	echo "== Failed"
	grep -a '^FAIL: ' "$log"
}
skipped=$(count SKIPPED)
[ "$skipped" = 0 ] || echo "$skipped skipped"
echo "$(count PASS) passed, $failed failed"
[ "$failed" = 0 ]
