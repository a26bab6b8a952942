#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: readme.sh NAME FILE
# Puts FILE into tests/bench/README.md between the lines <!-- NAME --> and <!-- /NAME -->.
set -eu

readme=$(dirname "$0")/README.md
awk -v name="$1" -v file="$2" '
	$0 == "<!-- /" name " -->" { inside = 0; ended = 1 }
	!inside { print }
	$0 == "<!-- " name " -->" {
		inside = 1
		while ((getline line < file) > 0)
			print line
	}
	END { exit !ended }' "$readme" >"$readme.new" || {
	rm -f "$readme.new"
	echo "readme.sh: tests/bench/README.md has no place for $1" >&2
	exit 1
}
cat "$readme.new" >"$readme"
rm "$readme.new"
