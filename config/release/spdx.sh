#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: spdx.sh [-n] [FOLDER...]
# Adds the licence's line to each source that has none: behind #! in scripts, behind
# the line that names the licence in C. -n: only prints the files without it.
set -eu

cd "$(dirname "$0")/../.."
dry=
if [ "${1-}" = -n ]; then
	dry=yes
	shift
fi
[ $# != 0 ] || set -- Makefile .ci applet config patches tests
# in two parts: reuse reads this file, too
spdx="SPDX-License-""Identifier: GPL-2.0-only"

sources() {
	git ls-files -- "$@" | while read -r file; do
		case $file in
		*.md | *.svg | *.8 | *.patch | *.conf | */dictionary | config/image/root/*) ;;
		config/recipes/*.in | config/release/packages/* | config/build/*.sha256) ;;
		*.[ch] | *.sh | *.tests | *.pl | Makefile | .ci/run | config/image/*) echo "$file" ;;
		esac
	done
}

sources "$@" | while read -r file; do
	! head -n 40 "$file" | grep -q "$spdx" || continue
	[ -z "$dry" ] || {
		echo "$file"
		continue
	}
	case $file in
	*.[ch])
		if grep -q '^ \* Licensed under GPLv2' "$file"; then
			sed -i "0,/^ \* Licensed under GPLv2/s/^ \* Licensed under GPLv2.*/&\n * $spdx/" "$file"
		else
			sed -i "1s,^,/* $spdx */\n," "$file"
		fi
		;;
	*) sed -i -e "1{ /^#!/{ s/\$/\n# $spdx/; b }; s/^/# $spdx\n/ }" "$file" ;;
	esac
done
