#!/bin/busybox sh
# shellcheck shell=dash disable=SC3045
# What a careful engineer would write today instead of osconf, with busybox's
# applets and nothing else: the file is data, each value is checked, cards are
# found by MAC address, all routes are set, each file is synced before the
# next one, and os.conf goes last.
dir=/mnt/aliyun_custom_image
conf=$dir/os.conf
[ -f "$conf" ] && [ ! -L "$conf" ] || exit 0
tab=$(printf '\t')
failed=

complain() {
	echo "os.conf: $*" >&2
	failed=1
}

is_address() {
	printf '%s\n' "$1" | grep -qxE '((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.|$)){4}'
}

# The value of a key, the last one; never evaluated
value() {
	sed -n "s/^[ $tab]*$1=//p" "$conf" | tail -n 1 | tr -d '\r' | sed "s/^\"\(.*\)\"\$/\1/; s/^'\(.*\)'\$/\1/"
}

# replace FILE MODE: by standard input, durably
replace() {
	cat >"$1+" && chmod "$2" "$1+" && sync "$1+" && mv "$1+" "$1" && sync "${1%/*}" || {
		complain "can't write $1"
		rm -f "$1+"
	}
}

card_of() {
	for address in /sys/class/net/*/address; do
		read -r mac <"$address"
		if [ "$mac" = "$1" ] && [ -e "${address%address}" ]; then
			address=${address%/address}
			echo "${address##*/}"
			return
		fi
	done
}

password=$(value password | base64 -d) || complain "password is not base64"
if [ -n "$password" ]; then
	hash=$(printf '%s' "$password" | cryptpw -m sha512 -P 0) || complain "no hash"
	sed "s|^root:[^:]*:[0-9]*|root:$hash:$(($(date +%s) / 86400))|" /etc/shadow | replace /etc/shadow 600
fi
grep -v '^password=' "$conf" | replace /etc/os.conf 600

hostname=$(value hostname)
if printf '%s\n' "$hostname" | grep -qxE '[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?'; then
	hostname "$hostname"
	echo "$hostname" | replace /etc/hostname 644
else
	complain "hostname is wrong"
fi

for server in $(value dns_nameserver); do
	is_address "$server" && echo "nameserver $server" || complain "dns_nameserver: $server"
done | replace /etc/resolv.conf 644

ifconfig lo 127.0.0.1 netmask 255.0.0.0 up
for eth in eth0 eth1; do
	address=$(value ${eth}_ip_addr)
	[ -n "$address" ] || continue
	mask=$(value ${eth}_netmask)
	card=$(card_of "$(value ${eth}_mac_addr | tr A-Z a-z)")
	if ! is_address "$address" || ! is_address "$mask" || [ -z "$card" ]; then
		complain "$eth: wrong address, or no such card"
		continue
	fi
	ifconfig "$card" "$address" netmask "$mask" up || complain "$eth: ifconfig"
	value ${eth}_route | tr ';' '\n' >/tmp/routes.$$
	while read -r destination gateway; do
		[ -n "$destination" ] || continue
		if is_address "${destination%/*}" && is_address "$gateway"; then
			route add -net "$destination" gw "$gateway" dev "$card" || complain "$eth: route $destination"
		else
			complain "$eth: route $destination $gateway"
		fi
	done </tmp/routes.$$
	rm -f /tmp/routes.$$
done

[ -z "$failed" ] || exit 1
mv "$conf" "$conf.done" && sync "$dir" &&
	dd if=/dev/zero of="$conf.done" bs="$(stat -c %s "$conf.done")" count=1 conv=notrunc,fsync 2>/dev/null &&
	rm "$conf.done" && sync "$dir"
