# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# CPU time of osconf as its task grows: routes and cards to set up (at a later
# boot: what syncing takes differs by more than some routes), the same routes
# when they are there already, and the size of os.conf. Sourced by run.sh.

# The first partition costs the same whatever the size: it is mounted beforehand
osconf="$BUILD/osconf -q -d /mnt"

conf_routes() {
	printf 'eth0_ip_addr=10.0.0.2\neth0_netmask=255.255.255.0\neth0_route="'
	seq "$1" | awk '{ printf "11.%d.%d.0/24 10.0.0.1;", $1 / 250, $1 % 250 }'
	echo '"'
}
conf_settled() {
	conf_routes "$1"
}
conf_cards() {
	seq 0 $(($1 - 1)) | awk '{ printf "eth%d_ip_addr=10.%d.0.2\neth%d_netmask=255.255.0.0\neth%d_mac_addr=02:00:00:00:00:%02x\n", $1, $1, $1, $1, $1 }'
}
conf_KiB() {
	{
		cat "$fixtures/classic.conf"
		seq $(($1 * 1024 / 40)) | awk '{ printf "# a line that is a comment, number %5d\n", $1 }'
	} | head -c "$(($1 * 1024))"
}

# run_size SERIES SIZE: one run; wall and CPU time, and osconf's exit status
run_size() {
	fresh_files memory
	make_disk "$scratch/conf"
	before=:
	cards=$CARDS
	[ "$1" != cards ] || cards=$(seq 0 $(($2 - 1)) | awk '{ printf "c%d=02:00:00:00:00:%02x ", $1, $1 }')
	(
		CARDS=$cards
		case $1 in
		routes | cards) boot "$osconf" ;;
		settled) before=$osconf ;;
		esac
		boot "$before; sync -f /etc; $bench/measure $osconf"
	)
}

# cpu_at SERIES SIZE, per_item SERIES SIZE, slope SERIES FROM TO: µs
cpu_at() {
	median "$raw/growth.$1.$2" 2
}
per_item() {
	echo "$(cpu_at "$1" "$2") $2" | awk '{ print $1 / $2 }'
}
slope() {
	echo "$(cpu_at "$1" "$2") $(cpu_at "$1" "$3") $2 $3" | awk '{ print ($2 - $1) / ($4 - $3) }'
}

# grow SERIES SIZE...
grow() {
	series=$1
	shift
	for _ in $(seq "$RUNS"); do
		for size; do
			"conf_$series" "$size" >"$scratch/conf"
			run_size "$series" "$size" >>"$raw/growth.$series.$size" || {
				echo "bench: osconf fails with $size $series" >&2
				exit 1
			}
		done
	done
	from=
	for size; do
		printf '   %5d %-8s %7.2f ms' "$size" "$series" "$(cpu_at "$series" "$size" | awk '{ print $1 / 1000 }')"
		printf '%9.1f µs each' "$(per_item "$series" "$size")"
		[ -z "$from" ] || printf ', %.1f µs more for each beyond %d' "$(slope "$series" "$from" "$size")" "$from"
		echo
		from=$size
	done
}

grow_all() {
	grow routes 2 20 200 2000
	grow settled 2 20 200 2000
	grow cards 1 2 4 8 16 32
	grow KiB 1 8 64
}

# For tests/bench/README.md
growth_sentence() {
	for at in "routes 20" "routes 200" "routes 2000" "settled 2000" "cards 1" "cards 32" "KiB 1" "KiB 64"; do
		# shellcheck disable=SC2086
		cpu_at $at
	done | xargs | awk -v route="$(slope routes 200 2000)" '
		{ printf "CPU time as the task grows: %.1f ms with 20 routes, %.1f with 200, %.1f with 2,000 (%.1f µs for each more; %.1f ms if all are there already), %.1f with 1 card, %.1f with 32, at a later boot; %.1f ms with an os.conf of 1 KiB, %.1f with 64 KiB.\n",
			$1 / 1000, $2 / 1000, $3 / 1000, route, $4 / 1000, $5 / 1000, $6 / 1000, $7 / 1000, $8 / 1000 }'
}
