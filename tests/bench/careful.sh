#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# careful.sh DEVICE
#
# shellcheck shell=dash disable=SC1007,SC3043
# What a careful engineer would write today instead of osconf, with busybox's
# applets and nothing else: the file is data, each value is checked, cards are
# found by MAC address, all routes are set, and os.conf goes last. It waits for
# the disk as often as its steps need: for all new files together, for their
# names, for os.conf's new name and for its blanks. What the shell can do itself
# starts no process. The first partition, whose file system blkid finds out, is mounted
# read-only, and anew for writing only if it has an os.conf.
dir=/mnt/aliyun_custom_image
conf=$dir/os.conf
device=$1
type=$(blkid "$device")
type=${type##*TYPE=\"} type=${type%\"}
mount -t "$type" -o ro,nosuid,nodev,noexec "$device" /mnt || exit
[ -f "$conf" ] && [ ! -L "$conf" ] && there=yes || there=
umount /mnt
[ -n "$there" ] || exit 0
mount -t "$type" -o nosuid,nodev,noexec "$device" /mnt || exit
umask 022
set -f
failed=

complain() {
	echo "os.conf: $*" >&2
	failed=1
}

is_address() {
	local byte IFS=.
	case $1 in *[!0-9.]* | *.) return 1 ;; esac
	# shellcheck disable=SC2086
	set -- $1
	[ $# = 4 ] || return 1
	for byte; do
		case $byte in
		[0-9] | [1-9][0-9] | 1[0-9][0-9] | 2[0-4][0-9] | 25[0-5]) ;;
		*) return 1 ;;
		esac
	done
}

is_network() { # ADDRESS/PREFIX
	case ${1##*/} in [0-9] | [12][0-9] | 3[0-2]) is_address "${1%/*}" ;; *) return 1 ;; esac
}

is_hostname() {
	case $1 in '' | *[!A-Za-z0-9.-]* | -* | *- | .* | *. | *..*) return 1 ;; esac
	[ ${#1} -le 64 ]
}

# replace_later FILE TEXT
replaced=
replace_later() {
	if printf '%s\n' "$2" >"$1+"; then
		replaced="$replaced $1"
	else
		complain "can't write $1"
		rm -f "$1+"
	fi
}

# sync of a directory: its names; sync -f: all of its file system
replace_all() {
	if ! sync -f /etc || ! sync /etc; then
		complain "can't sync /etc"
	fi
	for file in $replaced; do
		mv "$file+" "$file" || complain "can't write $file"
	done
	sync /etc || complain "can't sync /etc"
}

# Keys that are known become variables, their values are never evaluated; what
# is to be saved is in $saved
read_conf() {
	local line key value cr
	cr=$(printf '\r')
	hostname= password= dns_nameserver= saved=
	eth0_ip_addr= eth0_mac_addr= eth0_netmask= eth0_route=
	eth1_ip_addr= eth1_mac_addr= eth1_netmask= eth1_route=
	while IFS= read -r line || [ -n "$line" ]; do
		line=${line%"$cr"}
		key=${line%%=*} value=${line#*=}
		case $value in \"*\" | \'*\') value=${value#?} value=${value%?} ;; esac
		case $key in
		hostname | password | dns_nameserver | eth[01]_ip_addr | eth[01]_mac_addr | eth[01]_netmask | eth[01]_route)
			eval "$key=\$value"
			;;
		esac
		[ "$key" = password ] || saved="$saved${saved:+
}$line"
	done <"$conf"
}

set_password() { # HASH
	local line shadow=
	while IFS= read -r line; do
		case $line in root:*) line="root:$1:$(($(date +%s) / 86400)):${line#root:*:*:}" ;; esac
		shadow="$shadow${shadow:+
}$line"
	done </etc/shadow
	umask 077
	replace_later /etc/shadow "$shadow"
	umask 022
}

find_card() { # MAC; sets card
	local mac name
	set +f
	for name in /sys/class/net/*; do
		read -r mac <"$name/address"
		if [ "$mac" = "$1" ]; then
			card=${name##*/}
			break
		fi
	done
	set -f
}

set_routes() { # CARD LIST
	local route IFS=';'
	for route in $2; do
		if is_network "${route%% *}" && is_address "${route##* }"; then
			route add -net "${route%% *}" gw "${route##* }" dev "$1" || complain "$1: route $route"
		else
			complain "$1: route $route"
		fi
	done
}

set_card() { # ADDRESS NETMASK MAC ROUTES
	[ -n "$1" ] || return
	card=
	find_card "$(echo "$3" | tr A-F- a-f:)"
	if ! is_address "$1" || ! is_address "$2" || [ -z "$card" ]; then
		complain "$1: wrong address, or no card $3"
	elif ifconfig "$card" "$1" netmask "$2" up; then
		set_routes "$card" "$4"
	else
		complain "$card: ifconfig"
	fi
}

# Its blocks, too
wipe() {
	mv "$conf" "$conf.done" && sync "$dir" &&
		head -c "$(stat -c %s "$conf.done")" /dev/zero 1<>"$conf.done" && sync "$conf.done" &&
		rm "$conf.done"
}

read_conf
if [ -n "$password" ]; then
	if password=$(printf %s "$password" | base64 -d) && [ -n "$password" ]; then
		set_password "$(printf '%s\n' "$password" | cryptpw -m sha512 -P 0)"
	else
		complain "password is not base64"
	fi
fi
umask 077
replace_later /etc/os.conf "$saved"
umask 022
if is_hostname "$hostname"; then
	hostname "$hostname"
	replace_later /etc/hostname "$hostname"
	[ -z "$eth0_ip_addr" ] || replace_later /etc/hosts "$(grep -v '# os.conf' /etc/hosts 2>/dev/null)
$eth0_ip_addr $hostname # os.conf"
elif [ -n "$hostname" ]; then
	complain "hostname: $hostname"
fi
servers=
for server in $dns_nameserver; do
	if is_address "$server"; then
		servers="$servers${servers:+
}nameserver $server"
	else
		complain "dns_nameserver: $server"
	fi
done
[ -z "$servers" ] || replace_later /etc/resolv.conf "$servers"
replace_all
ifconfig lo 127.0.0.1 netmask 255.0.0.0 up
set_card "$eth0_ip_addr" "$eth0_netmask" "$eth0_mac_addr" "$eth0_route"
set_card "$eth1_ip_addr" "$eth1_netmask" "$eth1_mac_addr" "$eth1_route"
[ -n "$failed" ] || wipe || complain "can't remove it"
umount /mnt
[ -z "$failed" ]
