# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# Raw figures to tables and verdicts. Sourced by run.sh.

# Median and quartiles of column $2 of a file, divided by $3
spread() {
	awk -v column="$2" '{ print $column }' "$1" | sort -n | awk -v d="$3" '
		{ v[NR] = $1 / d }
		END { printf "%.1f (%.1f to %.1f)", v[int((NR + 1) / 2)], v[int((NR + 3) / 4)], v[int((3 * NR + 1) / 4)] }'
}
median() {
	awk -v column="$2" '{ print $column }' "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
wall() { # CASE PLACE
	median "$raw/$2.$1" 1
}
cpu() {
	median "$raw/disk.$1" 2
}
calls() {
	grep -c '^[0-9]* *[a-z0-9_]*(' "$raw/$1.trace"
}
processes() {
	grep -cE '^[0-9]* *(fork|vfork|clone3?)\(' "$raw/$1.trace"
}

# table_of_calls CASE...
table_of_calls() {
	for case; do
		sed -n "s/^[0-9]* *\([a-z0-9_]*\)(.*/$case \1/p" "$raw/$case.trace"
	done | awk -v cases="$*" '
		{ count[$1, $2]++; names[$2] }
		END {
			n = split(cases, c)
			printf "   %-18s", ""
			for (i = 1; i <= n; i++)
				printf " %8s", c[i]
			printf "\n"
			for (name in names) {
				line = sprintf("   %-18s", name)
				for (i = 1; i <= n; i++)
					line = line sprintf(" %8d", count[c[i], name])
				print line | "sort -k3,3nr -k1"
			}
		}'
}

machine() {
	echo "$(date +%Y-%m-%d), $(uname -m), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores, Linux $(uname -r | cut -d- -f1)"
}

main_table() {
	echo "$(machine); medians of $RUNS runs in turns (and quartiles):"
	echo
	echo "| | wall ms, ext4 on disk | wall ms, ext4 in memory | CPU ms | peak KiB | system calls | processes started |"
	echo "|---|---|---|---|---|---|---|"
	for case in $cases; do
		echo "| $(title_of "$case") | $(spread "$raw/disk.$case" 1 1000) | $(spread "$raw/memory.$case" 1 1000) | $(spread "$raw/disk.$case" 2 1000) | $(cat "$raw/$case.peak") | $(calls "$case") | $(processes "$case") |"
	done
	cat <<-EOF

		1. The documentation's edition since 2019, which quotes the list of routes; cards and routes are set up by \`ip\` in place of \`service network restart\`. It still executes os.conf, checks and syncs nothing but what \`chpasswd\` does, takes cards by name and does not notice a failure.
	EOF
	[ ! -e "$raw/memory.cloud-init" ] || cat <<-EOF
		2. Debian's package, NoCloud, no module that is not needed: host name set, \`/etc/network/interfaces.d/50-cloud-init\` written. No card is up, no password and no name server is set.
		3. \`cloud-init init --local\`, \`ifup -a\` (ifupdown, resolvconf), \`cloud-init init\`, \`cloud-init modules --mode=config\`. The password stays in clear in its user-data.
	EOF
	echo
	growth_sentence
	[ ! -e "$raw/boot" ] || {
		echo
		boot_share
	}
}

# of_boot KIND COLUMN: the median of a column of boot.sh's, in ms
of_boot() {
	sed -n "s/^$1 //p" "$raw/boot" >"$raw/boot.$1"
	printf %.0f "$(median "$raw/boot.$1" "$2")"
}

boot_share() {
	with=$(of_boot with 1) later=$(of_boot later 1)
	total=$(of_boot with 2) total_later=$(of_boot later 2) total_without=$(of_boot without 2)
	percent=$(echo "$with $total $later $total_later" | awk '{ printf "%.1f %% and %.1f %%", 100 * $1 / $2, 100 * $3 / $4 }')
	echo "Of a whole boot in QEMU (${ACCEL:-tcg}), from the kernel's start to the end of inittab's \`sysinit\` lines, osconf's line takes $with of $total ms with os.conf and $later of $total_later ms later: $percent. Without that line a boot takes $total_without ms (medians of $(grep -c "^with " "$raw/boot") boots each, in turns)."
}

# ratio WHAT A B [OP BOUND]: A / B, and whether it is as it should be
ratio() {
	awk -v what="$1" -v a="$2" -v b="$3" -v op="${4-}" -v bound="${5-}" 'BEGIN {
		r = a / b
		met = op == "<=" ? r <= bound : r >= bound
		printf "   %-7s %-58s %8.2f%s\n", op == "" ? "" : met ? "met" : "MISSED", what, r, op == "" ? "" : " (" op " " bound ")" }'
}

# The floor's own ratio tells whether anybody who syncs could get there
faster() { # CASE BOUND
	[ -e "$raw/disk.$1" ] || return
	for place in disk memory; do
		ratio "wall time ($place), $1 : osconf" "$(wall "$1" "$place")" "$(wall osconf "$place")" ">=" "$2"
		ratio "   $1 : floor" "$(wall "$1" "$place")" "$(wall floor "$place")"
	done
	ratio "CPU time, $1 : osconf" "$(cpu "$1")" "$(cpu osconf)" ">=" "$2"
	ratio "   $1 : floor" "$(cpu "$1")" "$(cpu floor)"
}

targets() {
	ratio "CPU time, osconf : floor" "$(cpu osconf)" "$(cpu floor)" "<=" 1.15
	ratio "system calls, osconf : floor" "$(calls osconf)" "$(calls floor)" "<=" 1.6
	faster careful 3
	faster sample 10
	faster cloud-local 50
	faster cloud-init 50
	ratio "processes started by osconf" "$(processes osconf)" 1 "<=" 0
	ratio "peak memory, osconf : ash doing nothing" "$(cat "$raw/osconf.peak")" "$(cat "$raw/shell.peak")" "<=" 1
	for series in routes settled; do
		ratio "time per route ($series), 2000 routes : 20" "$(per_item $series 2000)" "$(per_item $series 20)" "<=" 1
		ratio "   from 200 to 2000 : from 2 to 20" "$(slope $series 200 2000)" "$(slope $series 2 20)"
	done
}
