#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC1090,SC2086,SC2154
# In the manner of the sample that goes with the platform's documentation, in its
# edition since 2019, which quotes the list of routes (that of up to 2018 did not,
# and lost all gateways): os.conf is sourced, files of /etc/sysconfig are written,
# os.conf is removed.
# Corrected as little as it takes to set up the network at all: instead of
# `service network restart`, which a minimal image doesn't have, cards and routes
# are set up by ip.
# Its other defects are left as they are: the file is executed; nothing is
# checked or synced; cards are taken by name; a list is split at its first ";"
# only; a route is left out if its destination is part of another's; eth1 is
# described if "eth1" is anywhere in the file, in the host name, say; a failure
# is not noticed, and os.conf is removed all the same.
#
# sample.sh DEVICE: the first partition, which is mounted as long as it runs
mount "$1" /mnt
conf=/mnt/aliyun_custom_image/os.conf
scripts=/etc/sysconfig/network-scripts
[ -f $conf ] || {
	umount /mnt
	exit 0
}
mkdir -p $scripts
source $conf

if [ -n "$password" ]; then
	echo "root:$(echo "$password" | base64 -d)" | chpasswd -c SHA512
fi
if [ -n "$hostname" ]; then
	hostname "$hostname"
	echo "$hostname" >/etc/hostname
	touch /etc/sysconfig/network
	sed -i '/^HOSTNAME=/d' /etc/sysconfig/network
	echo "HOSTNAME=$hostname" >>/etc/sysconfig/network
fi
if [ -n "$dns_nameserver" ]; then
	echo -n >/etc/resolv.conf
	for server in $(echo "$dns_nameserver" | awk '{ for (i = 1; i <= NF; i++) print $i }'); do
		echo "nameserver $server" >>/etc/resolv.conf
	done
fi

write_card() { # NAME ADDRESS MASK MAC
	cat >$scripts/ifcfg-"$1" <<-EOF
		DEVICE=$1
		BOOTPROTO=static
		IPADDR=$2
		NETMASK=$3
		HWADDR=$4
		ONBOOT=yes
	EOF
}

write_routes() { # NAME LIST
	echo -n >$scripts/route-"$1"
	echo "$2" | sed 's/;/\n/' | while read -r line; do
		destination=$(echo "$line" | awk '{ print $1 }')
		gateway=$(echo "$line" | awk '{ print $2 }')
		if ! grep -q "$destination" $scripts/route-"$1"; then
			echo "$destination via $gateway dev $1" >>$scripts/route-"$1"
		fi
	done
}

bring_up() { # NAME
	source $scripts/ifcfg-"$1"
	ip addr add "$IPADDR/$NETMASK" dev "$1"
	ip link set "$1" up
	while read -r line; do
		ip route add $line
	done <$scripts/route-"$1"
}

write_card eth0 "$eth0_ip_addr" "$eth0_netmask" "$eth0_mac_addr"
write_routes eth0 "$eth0_route"
if [ "$(grep -c eth1 $conf)" -gt 0 ]; then
	write_card eth1 "$eth1_ip_addr" "$eth1_netmask" "$eth1_mac_addr"
	write_routes eth1 "$eth1_route"
fi
ip addr add 127.0.0.1/8 dev lo
ip link set lo up
bring_up eth0
[ "$(grep -c eth1 $conf)" -gt 0 ] && bring_up eth1
rm -f $conf
umount /mnt
