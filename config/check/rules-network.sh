# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034
# The rule of the network: nothing but osconf sets up a card

rule_network() {
	tree=$root
	backend=live
	is_known_init || unknown_init "does it set up a card"
	! find_osconf || {
		IFS=$TAB read -r path action arguments <"$starts"
		options_of "$arguments"
	}
	{
		ifupdown_cards
		openwrt_cards
		sysconfig_cards
		systemd_cards
		netplan_cards
		kernel_cards
		command_cards
		grep -oE '^(connman|wickedd?|netctl[^.]*|ifplugd[^.]*)[.]service$' "$work/units-on"
		{
			names etc/runlevels/boot
			names etc/runlevels/default
		} | grep -xE 'dhcpcd|NetworkManager|connman|net\.e.*' | sed 's/^/the service /'
	} >"$work/cards"
	sort -u "$work/cards" | while IFS= read -r what; do
		broken "$what sets up a card, which is osconf's: remove it there"
	done
}

# ip= of the kernel (Documentation/admin-guide/nfs/nfsroot.rst), and of initramfs-tools
# and dracut; off and none are nothing
kernel_cards() {
	kernel_words | awk '
		!/^ip=/ { next }
		{
			value = substr($0, 4)
			n = split(value, field, ":")
			method = n == 1 ? value : n >= 7 ? field[7] : field[n]
			if (value == "" || value ~ /^(off|none)$/ || (n >= 7 && field[7] ~ /^(off|none)$/ && field[1] == ""))
				next
			print "the kernel: " $0
		}'
}

# What a command of the boot does: a DHCP client, a network manager, or an address
command_cards() {
	awk -F '\t' '
		$2 == "askfirst" { next }
		{ program = $4; sub(/.*\//, "", program) }
		program ~ /^(udhcpc6?|dhcpcd|dhclient|connmand|ifplugd)$/ { print "/" $1; next }
		program == "ifconfig" && $5 ~ /^[^ ]+ ([0-9]+\.[0-9]+\.|add |inet )/ && $5 !~ /^lo / { print "/" $1; next }
		program == "ip" && $5 ~ /^(-[^ ]+ )*a(d|dd|ddr|ddre|ddres|ddress)? a(d|dd)? / && $5 !~ / lo( |$)/ { print "/" $1 }' "$work/simple"
}

# Without what is osconf's own. Files of interfaces.d may be included by a line that
# osconf keeps; a stanza of manual is no set-up, unless osconf writes one of its own
ifupdown_cards() {
	{
		echo etc/network/interfaces
		{
			echo "source interfaces.d/*"
			code etc/network/interfaces
		} | awk '$1 == "source" { print $2 } $1 == "source-directory" { print $2 "/*" }' | while IFS= read -r pattern; do
			files_like "$pattern" etc/network
		done
	} | sort -u | while IFS= read -r path; do
		text "$path" | sed '/^# BEGIN osconf/,/^# END osconf/d' |
			path=/$path backend=$backend awk '
				BEGIN { path = ENVIRON["path"]; backend = ENVIRON["backend"] }
				$1 != "iface" || $2 ~ /^lo(:.*)?$/ { next }
				$NF == "manual" && backend != "ifupdown" { next }
				{ print path " (iface " $2 ")" }'
	done
}

openwrt_cards() {
	if exists bin/config_generate && ! exists etc/config/network; then
		echo "/bin/config_generate, as there is no /etc/config/network,"
	fi
	code etc/config/network | tr -d "\"'" | awk '
		function tell() { if (name != "" && device != "lo" && proto ~ /^(dhcp|static|pppoe)/) print "/etc/config/network (" name ")" }
		$1 == "config" { tell(); name = $2 == "interface" ? $3 : ""; device = proto = "" }
		$1 == "option" && ($2 == "device" || $2 == "ifname") { device = $3 }
		$1 == "option" && $2 == "proto" { proto = $3 }
		END { tell() }'
}

# A file of the same card, whatever it is called: with -b sysconfig osconf writes
# ifcfg-ethN, and the other one is a rival. SUSE has them in network
sysconfig_cards() {
	matching '^etc/sysconfig/network(-scripts)?/ifcfg-[^/]*$' | grep -v -e '/ifcfg-lo$' -e '~$' -e '[.]bak$' -e '[.]rpm[a-z]*$' | while IFS= read -r path; do
		text "$path" | sed '/^# BEGIN osconf/,/^# END osconf/d' | tr -d "\"'" |
			path=/$path backend=$backend awk '
				BEGIN { path = ENVIRON["path"]; backend = ENVIRON["backend"] }
				{ sub(/^[ \t]*(export[ \t]+)?/, "") }
				/^DEVICE=lo$/ { own = 1 }
				/^(BOOTPROTO=(dhcp|bootp)|IPADDR[0-9]*=.)/ { found = 1 }
				/^(DEVICE=(eth|en)|HWADDR=.)/ && backend == "sysconfig" { found = 1 }
				/^ONBOOT=no/ && backend != "sysconfig" { own = 1 }
				END { if (found && !own) print path }'
	done
}

netplan_cards() {
	names etc/netplan | grep '\.yaml$' | while IFS= read -r name; do
		! code "etc/netplan/$name" | grep -q 'ethernets:' || echo "/etc/netplan/$name"
	done
}

# Which of these is on: by systemd, or by a start script of sysvinit's
systemd_cards() {
	enabled_units | sed 's,.*/,,' >"$work/units-on"
	if grep -qE '^(systemd-networkd|dbus-org\.freedesktop\.network1)\.(service|socket)$' "$work/units-on" && ! is_masked systemd-networkd.service; then
		matching '^(etc|(usr/)?lib)/systemd/network/[^/]*[.]network([.]d/[^/]*[.]conf)?$' >"$work/networks"
		while IFS= read -r path; do
			! takes_a_card "$path" || echo "/$path"
		done <"$work/networks"
	fi
	if grep -qE '^NetworkManager(-wait-online)?\.service$' "$work/units-on" && ! is_masked NetworkManager.service ||
		awk -F '\t' '$4 ~ /(^|\/)NetworkManager$/ { found = 1 } END { exit !found }' "$work/simple" ||
		[ -n "$(matching '^etc/rc[2-5S][.]d/S[0-9]*(network-manager|NetworkManager)$')" ]; then
		manages_nothing || echo NetworkManager
	fi
	! grep -q '^cloud-init' "$work/units-on" || exists etc/cloud/cloud-init.disabled || echo cloud-init
}

# systemd.network(5): whether it gives a card an address, or to a bridge. /etc comes
# before /usr/lib, and /dev/null there is none
takes_a_card() { # PATH
	case $1 in etc/*) ;; *) [ -z "$(entry "etc/systemd/network/${1##*/}")" ] || return ;; esac
	text "$1" | awk '
		{ sub(/^[ \t]+/, ""); sub(/[ \t]*=[ \t]*/, "=") }
		/^\[/ { section = $0 }
		/^(DHCP=(yes|true|1|on|ipv4|both|v4)|Address=.|Bridge=.|Bond=.)/ { takes = 1 }
		/^Unmanaged=(yes|true|1|on)/ { other = 1 }
		section != "[Match]" { next }
		# on another machine only, or for a card that is none
		/^Virtualization=(no|false|0|off|container)/ || /^(Kind|WLANInterfaceType|SSID)=[^!]/ || /^Type=[^!]/ && !/ether/ { other = 1 }
		sub(/^Name=/, "") {
			for (i = 1; i <= NF; i++) {
				if ($i !~ /^!/) named = 1
				if ($i ~ /^[e*?[]/) fits = 1
			}
		}
		END { exit !(takes && !other && (fits || !named)) }'
}

# NetworkManager.conf(5): a keyfile plugin that leaves every card alone. A file in /etc
# is in place of the vendor's
manages_nothing() {
	{
		echo etc/NetworkManager/NetworkManager.conf
		names etc/NetworkManager/conf.d | sed 's,^,etc/NetworkManager/conf.d/,'
		names usr/lib/NetworkManager/conf.d | while IFS= read -r name; do
			[ -n "$(entry "etc/NetworkManager/conf.d/$name")" ] || printf '%s\n' "usr/lib/NetworkManager/conf.d/$name"
		done
	} | grep '[.]conf$' | while IFS= read -r path; do
		code "$path"
	done | tr -d ' \t' | grep -E '^unmanaged-devices=(.*[;,])?(interface-name:)?(\*|type:ethernet)([;,]|$)' | grep -qvE 'except:(type:ethernet|interface-name:[e*])'
}
