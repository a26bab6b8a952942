# shellcheck shell=sh disable=SC2154,SC2034
# The rules of the root file system: $root, see tree.sh

### Names of disks

DISKS='/dev/([vsh]d[a-z]|xvd[a-z]|nvme[0-9])[a-z0-9]*'

rule_devices() {
	tree=$root
	code etc/fstab | awk '{ print "/etc/fstab\t" $1 }' >"$work/named"
	cut -f 2- "$work/boot-lines" | sed 's,^,/,' >>"$work/named"
	code etc/inittab | sed "s,^,/etc/inittab$TAB," | grep -v osconf >>"$work/named"
	grep -E "$TAB(.*[ =\"'(])?$DISKS" "$work/named" |
		sed -E "s,^([^$TAB]*)$TAB.*($DISKS).*,\1: \2," | sort -u | while read -r what; do
		broken "$what may have another name there: UUID=, LABEL= or PARTUUID="
	done
}

rule_swap() {
	tree=$root
	code etc/fstab | awk '$3 == "swap" { print $1 }' | while read -r what; do
		broken "/etc/fstab: swap on $what: remove the line"
	done
}

### Drivers

# Each is MODULE:OPTION. Those of disks have to be where the root can be mounted
drivers() { # disk MODULE:OPTION... any MODULE:OPTION...
	absent='' unsure=''
	for pair; do
		case $pair in disk | any) where=$pair && continue ;; esac
		place=$(driver "${pair%:*}" "${pair#*:}")
		case $where-$place in
		*-builtin | *-initramfs | any-root) ;;
		*-unknown) unsure="$unsure ${pair%:*}" ;;
		disk-root) [ "$root" = "$initramfs" ] || absent="$absent ${pair%:*} (it is not in the initramfs)" ;;
		*) absent="$absent ${pair%:*}" ;;
		esac
	done
	if [ -n "$absent$unsure" ] && [ -s "$work/initramfs.trouble" ]; then
		trouble "the initramfs: $(first_line "$work/initramfs.trouble")"
	elif [ -n "$absent" ]; then
		broken "missing:$absent: put it into the kernel or the initramfs"
	elif [ -n "$unsure" ] && [ -z "$disk" ] && ! [ -s "$work/modules" ]; then
		does_not_apply "the directory has no kernel"
	elif [ -n "$unsure" ]; then
		unchecked "not seen:$unsure: if the kernel has it built in, put the kernel's configuration into the image as /boot/config-VERSION, or its modules.builtin"
	fi
}

rule_virtio() {
	drivers disk virtio_pci:VIRTIO_PCI virtio_blk:VIRTIO_BLK any virtio_net:VIRTIO_NET
}

rule_nvme() {
	drivers disk nvme:BLK_DEV_NVME
}

rule_xen() {
	drivers disk xen_blkfront:XEN_BLKDEV_FRONTEND any xen_netfront:XEN_NETDEV_FRONTEND
}

# sr_mod brings cdrom with it
rule_cdrom() {
	drivers any sr_mod:BLK_DEV_SR isofs:ISO9660_FS
}

rule_cdrom_bus() {
	drivers any ata_piix:ATA_PIIX virtio_scsi:SCSI_VIRTIO
}

### osconf

# Sets what its rules want to know: $starts, a file of the commands that run it.
# Returns 1 if there are none
find_osconf() {
	starts=$work/starts
	[ -e "$starts" ] || {
		boot_commands >"$work/commands"
		osconf_commands | awk -F '\t' '$2 != "askfirst"' >"$starts"
	}
	[ -s "$starts" ]
}

# $program: its path, of those where a PATH would find it
find_program() {
	tree=$root
	for program in sbin/osconf usr/sbin/osconf bin/osconf usr/bin/osconf usr/local/sbin/osconf usr/local/bin/osconf; do
		[ "$(look_type "$program")" != f ] || return 0
	done
	return 1
}

rule_osconf_there() {
	if find_program; then
		mode=$(look "$program" | cut -f 2)
		# what it looks for is in the applet, whatever it is linked into
		if ! has_bytes "$program" aliyun_custom_image; then
			broken "/$program is no osconf: a busybox built without it? (CONFIG_OSCONF=y)"
		else
			case $mode in
			*[1357]*) passes "/$program" ;;
			*) broken "/$program can't be executed: chmod 755" ;;
			esac
		fi
	elif [ -n "$(entry sbin/osconf)$(entry bin/osconf)$(entry usr/sbin/osconf)" ]; then
		broken "osconf is a link that leads to no file: install busybox with it"
	else
		broken "there is none: install busybox with it (CONFIG_OSCONF=y), or build/osconf"
	fi
}

rule_osconf_built() {
	if ! find_program; then
		does_not_apply "see osconf-there"
	elif ! has_bytes "$program" qcloud_action; then
		broken "/$program reads no config drive: build it with CONFIG_FEATURE_OSCONF_CONFIG_DRIVE=y"
	fi
}

# Options as osconf takes them: sets $dry, $elsewhere, $partition, $saved
options_of() { # ARGUMENTS
	dry='' elsewhere='' partition='' saved=''
	set -f
	# shellcheck disable=SC2086
	set -- $1
	set +f
	OPTIND=1
	while getopts nqvchd:f:s:R:w:b: option "$@" 2>/dev/null; do
		case $option in
		n | c | h) dry=-$option ;;
		f | R) elsewhere=-$option ;;
		d) partition=$OPTARG ;;
		s) saved=$OPTARG ;;
		*) ;; # the others change nothing here
		esac
	done
}

rule_osconf_run() {
	if ! find_osconf; then
		if osconf_commands | grep -q .; then
			broken "/etc/inittab runs it with askfirst, when a key is pressed: ::sysinit:/sbin/osconf"
		else
			broken "nothing runs it: ::sysinit:/sbin/osconf in inittab, or a service that is on"
		fi
		return
	fi
	IFS=$TAB read -r path action arguments <"$starts"
	options_of "$arguments"
	if [ -n "$dry" ]; then
		broken "/$path: osconf $dry changes nothing: leave $dry out"
	elif [ -n "$elsewhere" ]; then
		broken "/$path: osconf $elsewhere is for trying a file out: leave $elsewhere out"
	elif [ "$action" = respawn ]; then
		broken "/$path: respawn runs it again and again: sysinit"
	else
		passes "/$path: osconf${arguments:+ $arguments}"
	fi
}

have_start() {
	find_osconf || {
		does_not_apply "see osconf-run"
		return 1
	}
	IFS=$TAB read -r path action arguments <"$starts"
	options_of "$arguments"
}

rule_osconf_order() {
	have_start || return
	case $path in
	etc/runlevels/*) ordered_by_openrc ;;
	etc/systemd/*) ordered_by_systemd ;;
	*)
		early=$(awk -F '\t' -v path="$path" "
			\$3 ~ /(^|[ \\t\\/=\"'(&|;])osconf([ \\t;\"')&|]|\$)/ && \$1 == path { exit }
			\$2 != \"askfirst\" && (\$3 ~ /(^|[ \\t\\/;&|])(ifup|udhcpc|dhcpcd|dhclient|ifplugd)( |\$)/ && \$3 !~ /ifup lo *\$/ ||
				\$1 ~ /\\/[SK][0-9]+network(ing)?\$/) { print \$1; exit }" "$work/commands")
		[ -z "$early" ] || broken "/$early starts the network before osconf: run osconf first"
		;;
	esac
}

ordered_by_openrc() {
	tree=$root
	level=${path%/*}
	code "$path" | grep -qE '^[ 	]*before .*(net|networking|\*)' && return
	for service in $(names "$level" | grep -E '^(networking|net\..*|dhcpcd|connman|NetworkManager)$' | grep -v '^net\.lo$'); do
		broken "/$level/$service may start before osconf: \"before net networking\" in osconf's depend()"
	done
}

ordered_by_systemd() {
	tree=$root
	code "$path" | grep -qE '^Before=.*(network-pre\.target|network\.target|systemd-networkd)' ||
		broken "/$path: Before=network-pre.target, else the network may start first"
}

rule_osconf_writable() {
	have_start || return
	[ -z "$saved" ] || return
	[ "$root" != "$initramfs" ] || return
	# these see to it themselves
	case $path in
	etc/systemd/*)
		# systemd-remount-fs does it, by fstab
		code etc/fstab | grep -qE '^[^ 	]+[ 	]+/[ 	]+[^ 	]+[ 	]+([^ 	]*,)?(rw|defaults)(,|[ 	]|$)' && return
		;;
	etc/runlevels/* | etc/rc.d/S*) return ;;
	esac
	! cut -f 3 "$work/boot-lines" | grep -qE '(^|[ "])rw([ "]|$)' || return
	before_osconf=$(awk -F '\t' '$3 ~ /(^|[ \t\/=])osconf([ \t;]|$)/ { exit } { print $3 }' "$work/commands")
	case $before_osconf in
	*remount* | *'mount -a'* | *rcS* | *overlay*) ;;
	*) broken "/$path: nothing before osconf makes / writable: ::sysinit:/bin/mount -o remount,rw /, rw for the kernel, or / in fstab for systemd" ;;
	esac
}

rule_osconf_partition() {
	have_start || return
	case $partition in
	'') return ;;
	/dev/*) broken "/$path: osconf -d $partition: it has another name on other instance types, leave -d out or give UUID= or LABEL=" ;;
	UUID=* | LABEL=*)
		if [ -z "$disk" ]; then
			does_not_apply "a directory has no partition 1"
		elif ! is_name_of_first "$partition"; then
			broken "/$path: osconf -d $partition: partition 1 has $(names_of_first)"
		fi
		;;
	*) unchecked "/$path: osconf -d $partition: is partition 1 mounted there?" ;;
	esac
}

rule_osconf_drive() {
	have_start || return
	case $partition in
	'' | LABEL=config-2) ;;
	*) broken "/$path: osconf -d $partition: it would look nowhere else, leave -d out or give LABEL=config-2" ;;
	esac
}

names_of_first() {
	[ -n "$first" ] || return
	case $(first_type) in
	ext)
		printf 'LABEL=%s UUID=%s\n' "$(header_of_first 'Filesystem volume name' | sed 's/^<none>$//')" "$(header_of_first 'Filesystem UUID')"
		;;
	FAT*)
		partition 1
		serial=$(hex_at "$disk" $((start + 67)) 4 | sed 's/\(..\)\(..\)\(..\)\(..\)/\4\3-\2\1/' | tr a-f A-F)
		printf 'LABEL=%s UUID=%s\n' "$(sed -n 's/^ Volume in drive . is \(.*[^ ]\) *$/\1/p' "$first/listing")" "$serial"
		;;
	esac
}

is_name_of_first() { # UUID=...|LABEL=...
	own=$(names_of_first)
	uuid=${own##* UUID=} name=${own% UUID=*}
	case $1 in
	LABEL=*) [ "$1" = "$name" ] ;;
	UUID=*) [ "$(echo "${1#UUID=}" | tr A-F a-f)" = "$(echo "$uuid" | tr A-F a-f)" ] ;;
	esac
}

### The network's own set-up

rule_network() {
	tree=$root
	find_osconf
	{
		ifupdown_cards
		openwrt_cards
		sysconfig_cards
		systemd_cards
		for name in $(names etc/netplan | grep '\.yaml$'); do
			! code "etc/netplan/$name" | grep -q 'ethernets:' || echo "/etc/netplan/$name"
		done
		awk -F '\t' '$2 != "askfirst" && $3 ~ /(^|[ \t\/;&|"])(udhcpc|dhcpcd|dhclient)([ \t]|$)/ { print "/" $1 }' "$work/commands"
		for service in $(names etc/runlevels/boot; names etc/runlevels/default); do
			case $service in dhcpcd | NetworkManager | connman) echo "the service $service" ;; esac
		done
	} | sort -u | while read -r what; do
		broken "$what sets up a card, which is osconf's: remove it there"
	done
}

# Without what is osconf's own
ifupdown_cards() {
	for path in etc/network/interfaces $(names etc/network/interfaces.d | sed 's,^,etc/network/interfaces.d/,'); do
		text "$path" | sed '/^# BEGIN osconf/,/^# END osconf/d' |
			awk -v path="/$path" '$1 == "iface" && $2 !~ /^lo/ { print path " (iface " $2 ")" }'
	done
}

openwrt_cards() {
	code etc/config/network | tr -d "\"'" | awk '
		function tell() { if (name != "" && device != "lo" && proto ~ /^(dhcp|static|pppoe)/) print "/etc/config/network (" name ")" }
		$1 == "config" { tell(); name = $2 == "interface" ? $3 : ""; device = proto = "" }
		$1 == "option" && ($2 == "device" || $2 == "ifname") { device = $3 }
		$1 == "option" && $2 == "proto" { proto = $3 }
		END { tell() }'
}

sysconfig_cards() {
	for name in $(names etc/sysconfig/network-scripts | grep '^ifcfg-' | grep -v '^ifcfg-lo$'); do
		! text "etc/sysconfig/network-scripts/$name" | sed '/^# BEGIN osconf/,/^# END osconf/d' |
			grep -qE '^(BOOTPROTO="?dhcp|IPADDR)' || echo "/etc/sysconfig/network-scripts/$name"
	done
}

systemd_cards() {
	units=$(matching '^etc/systemd/system/[^/]*[.]wants/')
	case $units in
	*systemd-networkd.service*)
		for path in $(matching '^(etc|(usr/)?lib)/systemd/network/[^/]*[.]network$'); do
			text "$path" | grep -qE '^(DHCP=(yes|true|ipv4)|Address=)' || continue
			# those of systemd itself are for containers and virtual cards
			case $path in
			etc/*) ;;
			*)
				text "$path" | grep -qE '^(Name=(e|\*)|Type=ether)' || continue
				! text "$path" | grep -q '^Virtualization=' || continue
				;;
			esac
			! text "$path" | grep -q '^Name=lo$' || continue
			echo "/$path"
		done
		;;
	esac
	case $units in *NetworkManager.service*) echo "NetworkManager" ;; esac
	case $units in *cloud-init*.service*) echo "cloud-init" ;; esac
}

### Accounts

field() { # LINE NUMBER
	echo "$1" | cut -d : -f "$2"
}

line_of() { # FILE ACCOUNT
	text "$1" | awk -F : -v name="$2" '$1 == name { print; exit }'
}

rule_root_account() {
	tree=$root
	account=$(line_of etc/passwd root)
	if [ -z "$account" ]; then
		broken "/etc/passwd has no root: root:x:0:0:root:/root:/bin/sh"
		return
	fi
	[ "$(field "$account" 3)" = 0 ] || broken "/etc/passwd: root's number is $(field "$account" 3): 0"
	shell=$(field "$account" 7)
	case $shell in
	*nologin | */false | */true) broken "/etc/passwd: root's shell is $shell, which ends at once: /bin/sh" ;;
	*) [ "$(look_type "${shell:-/bin/sh}")" = f ] || broken "/etc/passwd: root's shell ${shell:-/bin/sh} is not in the image: /bin/sh" ;;
	esac
	secret=$(line_of etc/shadow root)
	case $(field "$secret" 8) in
	'' | -1) ;;
	*) broken "/etc/shadow: root expires on day $(field "$secret" 8): leave the 8th field empty" ;;
	esac
}

rule_shadow() {
	tree=$root
	account=$(line_of etc/passwd root)
	[ -n "$account" ] || return
	if ! exists etc/shadow; then
		if [ -n "$(entry etc/shadow)" ]; then
			broken "/etc/shadow is a link that leads to no file: $(entry etc/shadow | cut -f 6)"
		elif [ "$(field "$account" 2)" = x ]; then
			broken "there is none, but /etc/passwd says x: root:*:19000:0:99999:7:::"
		fi
		return
	fi
	[ "$(field "$account" 2)" = x ] ||
		broken "/etc/passwd has root's password itself, and not in /etc/shadow: put an x there"
	[ -n "$(line_of etc/shadow root)" ] || [ -s "$work/trouble" ] ||
		broken "/etc/shadow has no line for root: root:*:19000:0:99999:7:::"
	[ "$(cat "$root/kind")" = squashfs ] || return
	case $(look etc/shadow | cut -f 5) in tmp/* | run/* | var/*) return ;; esac
	# OpenWrt lays it over the root before init
	! exists lib/preinit/80_mount_root || return
	find_osconf
	{
		code etc/fstab
		cut -f 3 "$work/commands"
	} | grep -qE 'overlay|[ 	]/etc[ 	]' ||
		unchecked "the root is a squashfs: is anything laid over it before osconf is run (an overlay)?"
}

### Logging in

rule_ssh_root() {
	tree=$root
	sshd='' dropbear='' refused=''
	[ -z "$(existing usr/sbin/sshd sbin/sshd usr/bin/sshd usr/local/sbin/sshd)" ] || sshd=/etc/ssh/sshd_config
	[ -z "$(existing usr/sbin/dropbear sbin/dropbear usr/bin/dropbear bin/dropbear usr/local/sbin/dropbear)" ] || dropbear=yes
	[ -z "$sshd" ] || refused=$(sshd_refuses)
	[ -z "$dropbear" ] || refused=$refused$(dropbear_refuses)
	if [ -n "$refused" ]; then
		broken "$refused"
	elif [ -z "$sshd$dropbear" ]; then
		if has_login; then
			passes "no SSH server: the console is the way in"
		else
			broken "neither an SSH server nor a login on the console: install one"
		fi
	fi
}

# sshd_config(5): the first value of each keyword holds; Include at its place;
# what is below Match is for some connections only
sshd_settings() {
	code etc/ssh/sshd_config | while IFS= read -r line; do
		case $line in
		[Ii][Nn][Cc][Ll][Uu][Dd][Ee]*)
			set -f
			for pattern in ${line#* }; do
				case $pattern in /*) ;; *) pattern=/etc/ssh/$pattern ;; esac
				for name in $(names "${pattern%/*}"); do
					# shellcheck disable=SC2254
					case $name in ${pattern##*/}) code "${pattern%/*}/$name" | awk '1; END { print "Match all" }' | sed '$d' ;; esac
				done
			done
			set +f
			;;
		*) printf '%s\n' "$line" ;;
		esac
	done | awk '
		{ gsub(/[="]/, " "); keyword = tolower($1) }
		keyword == "match" { skip = tolower($2) != "all"; next }
		skip || keyword == "" { next }
		keyword ~ /^(allow|deny)(users|groups)$/ || !known[keyword]++ { sub(/^[ \t]*[^ \t]+[ \t]+/, ""); print keyword, tolower($0) }'
}

setting() { # KEYWORD DEFAULT
	sed -n "s/^$1 //p" "$work/sshd" | head -n 1 | grep . || echo "$2"
}

sshd_refuses() {
	sshd_settings >"$work/sshd"
	case $(setting permitrootlogin prohibit-password) in
	yes) ;;
	*) echo "$sshd: PermitRootLogin is $(setting permitrootlogin "prohibit-password by default"): PermitRootLogin yes" && return ;;
	esac
	if [ "$(setting passwordauthentication yes)" = no ] &&
		! { [ "$(setting usepam no)" = yes ] && [ "$(setting kbdinteractiveauthentication "$(setting challengeresponseauthentication yes)")" = yes ]; }; then
		echo "$sshd: PasswordAuthentication no: PasswordAuthentication yes" && return
	fi
	case $(setting authenticationmethods any) in
	any | *password* | *keyboard-interactive*) ;;
	*) echo "$sshd: AuthenticationMethods has no password: remove it" && return ;;
	esac
	! grep -q '^allowusers ' "$work/sshd" || grep -qE '^allowusers (.* )?root( |$)' "$work/sshd" ||
		{ echo "$sshd: AllowUsers without root: add it" && return; }
	! grep -qE '^denyusers (.* )?root( |$)' "$work/sshd" || echo "$sshd: DenyUsers root: remove it"
}

# dropbear(8): -w no root, -s no passwords, -g no password for root. Its options
# are behind its name, or in a variable of its start script's
dropbear_refuses() {
	for path in $(matching '^etc/(inittab|(dropbear/run|(default|conf[.]d|config)/dropbear)|(init[.]d|rc[^/]*[.]d)/[^/]*dropbear)$|^(etc|(usr/)?lib)/systemd/system/dropbear[^/]*$'); do
		code "$path" | sed "s/#.*//" | awk -v path="/$path" '
			{ line = "" }
			/dropbear/ { line = $0; sub(/.*dropbear/, "", line) }
			/^[ \t]*(export )?(DROPBEAR_[A-Z_]*|[A-Z_]*(ARGS|OPTS|OPTIONS))=/ { line = $0; sub(/^[^=]*=/, " ", line) }
			{
				gsub(/["'\'']/, " ", line)
				n = split(line, word, /[ \t]+/)
				for (i = 1; i <= n; i++)
					if (word[i] ~ /^-[A-Za-z]*[wsg][A-Za-z]*$/ && word[i] !~ /^-[bcDIjkKprPWz]/) {
						print path ": dropbear " word[i] " refuses root or passwords: leave it out"
						exit
					}
			}'
		[ "$path" != etc/config/dropbear ] || text "$path" | tr -d "\"'" | awk '
			$1 == "option" && $2 ~ /^(RootPasswordAuth|PasswordAuth|RootLogin)$/ && $3 ~ /^(off|0|no)$/ {
				print "/etc/config/dropbear: " $2 " " $3 ": on"
				exit
			}'
	done | head -n 1
	shell=$(field "$(line_of etc/passwd root)" 7)
	! exists etc/shells || text etc/shells | grep -qxF "${shell:-/bin/sh}" ||
		echo "/etc/shells: dropbear lets nobody in whose shell is not there: add $shell"
}

# A getty or another program that asks for a password
has_login() {
	tree=$root
	is_systemd || {
		code etc/inittab
		code etc/securetty | sed 's/^/tty /'
	} | grep -qE '^[^:]*:[^:]*:(respawn|askfirst|askconsole|once|wait):.*(getty|login)|:askconsole' ||
		[ -n "$(matching '^etc/runlevels/.*(getty|agetty)')" ]
}

rule_console() {
	has_login || broken "no getty is started: tty1::respawn:/sbin/getty 38400 tty1, and one for console"
}

rule_console_shell() {
	tree=$root
	if ! exists etc/inittab && ! is_systemd; then
		case $(look sbin/init | cut -f 5) in
		*busybox*) broken "without /etc/inittab, busybox's init starts a shell on the console: make one" ;;
		esac
		return
	fi
	code etc/inittab | awk -F : '
		$3 ~ /^(askfirst|respawn|once|wait|sysinit)$/ && $4 ~ /^(-|\/bin\/env |exec )?(\/usr)?(\/bin\/)?-?(a|ba|da|z|k)?sh *(-l)?$/ { print $3 ":" $4 }' |
		while read -r what; do
			broken "/etc/inittab: $what is a shell without a password: getty"
		done
}

# shadow(5): the third field is the day of the last change; 0, it must be changed
rule_passwords() {
	tree=$root
	text etc/passwd >"$work/passwd" || trouble "/etc/passwd can't be read"
	while IFS=: read -r name secret _; do
		day=''
		[ -n "$name" ] || continue
		if [ "$secret" = x ]; then
			line=$(line_of etc/shadow "$name")
			[ -n "$line" ] || continue
			secret=$(field "$line" 2) day=$(field "$line" 3)
		fi
		case $secret in
		'') broken "$name logs in without a password: lock it with *" ;;
		[*!]* | x) ;;
		*)
			if [ "$day" = 0 ]; then
				passes "$name must change its password at the first login, if login sees to it (FEATURE_LOGIN_NEW_PASSWORD)"
			else
				broken "$name has a default password: lock it with *, or let it be changed at the first login (the third field of /etc/shadow 0)"
			fi
			;;
		esac
	done <"$work/passwd"
}

rule_ssh_empty() {
	tree=$root
	sshd_settings >"$work/sshd"
	[ "$(setting permitemptypasswords no)" != yes ] ||
		broken "/etc/ssh/sshd_config: PermitEmptyPasswords yes: no"
	for path in $(matching '^etc/(inittab|dropbear/run|(default|conf[.]d)/dropbear)$'); do
		! code "$path" | grep -E 'dropbear|ARGS=|OPTS=' | grep -qE '[ "]-[A-Z]*B([ "]|$)' ||
			broken "/$path: dropbear -B lets accounts in that have no password: leave it out"
	done
}

rule_host_keys() {
	tree=$root
	for directory in etc/ssh etc/dropbear; do
		for name in $(names "$directory" | grep -E '^(ssh_host_.*_key|dropbear_.*_key|dropbear_.*host_key)$'); do
			broken "/$directory/$name: remove it, and have it made at the first boot"
		done
	done
}

rule_user_keys() {
	tree=$root
	{
		echo etc/dropbear/authorized_keys
		text etc/passwd | awk -F : 'NF > 5 && $6 != "" { print $6 "/.ssh/authorized_keys"; print $6 "/.ssh/authorized_keys2" }' | sed 's,^/*,,'
	} | sort -u >"$work/keys"
	while IFS= read -r path; do
		! exists "$path" || broken "/$path: remove it"
	done <"$work/keys"
}

### What is another instance's

rule_machine_id() {
	tree=$root
	for path in etc/machine-id var/lib/dbus/machine-id; do
		case $(text "$path") in
		'' | uninitialized) ;;
		*) broken "/$path has one: empty it" && return ;;
		esac
	done
}

rule_settings() {
	tree=$root
	! exists etc/os.conf || broken "/etc/os.conf: remove it"
}

# osconf makes what is missing below these when it writes through the link
rule_resolv_conf() {
	tree=$root
	link=$(entry etc/resolv.conf | cut -f 1,6)
	case $link in
	l*) ;;
	*) return ;;
	esac
	case $link in
	*/run/systemd/resolve/*)
		exists lib/systemd/systemd-resolved || exists usr/lib/systemd/systemd-resolved || return
		[ "$(entry etc/systemd/system/systemd-resolved.service | cut -f 6)" != /dev/null ] || return
		broken "it is a link to systemd-resolved's file, which osconf and resolved would both write: make it a file, or mask systemd-resolved"
		return
		;;
	esac
	! exists etc/resolv.conf || return
	target=${link#l"$TAB"}
	case $target in /*) ;; *) target=/etc/$target ;; esac
	case $target in
	/run/* | /var/run/* | /tmp/* | /etc/../run/* | /etc/../var/run/* | /etc/../tmp/*) ;;
	*) [ "$(look_type "${target%/*}")" = d ] || broken "it is a link to $target, whose directory is not there: make it, or a file of the link" ;;
	esac
}
