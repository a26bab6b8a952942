# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154
# The rules of osconf: is it there, is it run, and how

# Sets what its rules want to know: $starts, a file of the commands that run it.
# Returns 1 if there are none
find_osconf() {
	starts=$work/starts
	[ -e "$starts" ] || {
		with_trouble "$work/commands.trouble" boot_commands | head -c "$COMMANDS_MAX" >"$work/commands"
		simple_commands | head -c $((4 * COMMANDS_MAX)) >"$work/simple"
		[ "$(wc -c <"$work/commands")" -lt "$COMMANDS_MAX" ] && [ "$(wc -c <"$work/simple")" -lt $((4 * COMMANDS_MAX)) ] ||
			echo "what init runs has no end" >>"$work/commands.trouble"
		osconf_commands | awk -F '\t' '$2 != "askfirst"' >"$starts"
	}
	had_trouble "$work/commands.trouble"
	[ -s "$starts" ]
}

# $program: its path, of those where a PATH would find it
find_program() {
	tree=$root
	find_osconf
	by_busybox=''
	! grep -qE '(^|[[:space:]/])busybox osconf( |$)' "$work/commands" || by_busybox=bin/busybox
	for program in $(awk -F '\t' '$4 ~ /^\/[!-~]*\/osconf$/ { print substr($4, 2); exit }' "$work/simple") sbin/osconf usr/sbin/osconf bin/osconf usr/bin/osconf usr/local/sbin/osconf usr/local/bin/osconf $by_busybox; do
		[ "$(look_type "$program")" != f ] || return 0
	done
	return 1
}

rule_osconf_there() {
	if find_program; then
		mode=$(look "$program" | cut -f 2)
		# what it looks for is in the applet, whatever it is linked into
		if ! has_bytes "$program" aliyun_custom_image; then
			missing "/$program is no osconf: a busybox built without it? (CONFIG_OSCONF=y)"
		else
			case $mode in
			*[1357]*) passes "/$program" ;;
			*) broken "/$program can't be executed: chmod 755" ;;
			esac
		fi
	elif [ -n "$(entry sbin/osconf)$(entry bin/osconf)$(entry usr/sbin/osconf)" ]; then
		missing "osconf is a link that leads to no file: install busybox with it"
	else
		missing "there is none: install busybox with it (CONFIG_OSCONF=y), or build/osconf"
	fi
}

rule_osconf_built() {
	if ! find_program; then
		does_not_apply "see osconf-there"
	elif ! has_bytes "$program" qcloud_action; then
		missing "/$program reads no config drive: build it with CONFIG_FEATURE_OSCONF_CONFIG_DRIVE=y"
	fi
}

# commands.awk keeps a quoted word together
with_spaces() { # WORD
	printf '%s\n' "$1" | tr '\001' ' '
}

# Options as osconf takes them: sets $dry, $elsewhere, $partition, $saved, $backend;
# $bad_option, if it would end with its usage
options_of() { # ARGUMENTS
	dry='' elsewhere='' partition='' saved='' backend=live wait_for=5 bad_option=''
	# shellcheck disable=SC2086
	set -- $1
	OPTIND=1
	while getopts nqvhd:f:s:R:w:b: option "$@" 2>/dev/null; do
		case $option in
		n | h) dry=-$option ;;
		f | R) elsewhere=-$option ;;
		d) partition=$(with_spaces "$OPTARG") ;;
		s) saved=$(with_spaces "$OPTARG") ;;
		b) backend=$OPTARG ;;
		w) wait_for=$OPTARG ;;
		q | v) ;;
		*) bad_option=yes ;;
		esac
	done
	shift $((OPTIND - 1))
	[ $# = 0 ] || bad_option=yes
}

rule_osconf_run() {
	if ! find_osconf; then
		if osconf_commands | grep -q .; then
			broken "/etc/inittab runs it with askfirst, when a key is pressed: ::sysinit:/sbin/osconf"
		elif is_systemd && is_masked osconf.service; then
			broken "osconf.service is masked: systemctl unmask osconf, and enable it"
		elif grep -q "osconf.*$(printf '\r')" "$work/commands"; then
			broken "the lines that run it end with CR and LF, and CR is taken for a part of the command: sed -i 's/\\r\$//'"
		elif ! is_known_init; then
			unknown_init "does it run osconf"
		else
			missing "nothing runs it: ::sysinit:/sbin/osconf in inittab, or a service that is on"
		fi
		return
	fi
	IFS=$TAB read -r path action arguments <"$starts"
	options_of "$arguments"
	if [ -n "$dry" ]; then
		broken "/$path: osconf $dry changes nothing: leave $dry out"
	elif [ -n "$elsewhere" ]; then
		broken "/$path: osconf $elsewhere is for trying a file out: leave $elsewhere out"
	elif [ -n "$bad_option" ] || ! is_number "$wait_for" || ! is_one_of "$backend" 'live ifupdown sysconfig'; then
		broken "/$path: osconf $arguments: it ends with its usage: see osconf(8)"
	elif is_own_name "$saved"; then
		broken "/$path: osconf -s $saved is a name of osconf's own: leave -s out, or give another"
	elif is_systemd && unit_text "${path##*/}" "$path" | grep -qE '^ConditionFirstBoot *= *(yes|true|1|on)'; then
		broken "/$path: ConditionFirstBoot: it is run once: leave that out"
	elif [ "$action" = respawn ]; then
		broken "/$path: respawn runs it again and again: sysinit"
	else
		passes "/$path: osconf${arguments:+ $arguments}"
	fi
}

# os.conf and what is beside it, on the first partition
is_own_name() { # FILE
	is_one_of "${1##*/}" 'os.conf os.conf.done os.conf.rejected os.conf.saved' && [ "$1" != /etc/os.conf ]
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
	*/systemd/*) ordered_by_systemd ;;
	*)
		early=$(path=$path awk -F '\t' '
			BEGIN { path = ENVIRON["path"] }
			$1 == path && $4 ~ /(^|\/)osconf$/ { exit }
			$2 == "askfirst" { next }
			$4 ~ /(^|\/)(ifup|udhcpc|dhcpcd|dhclient|ifplugd)$/ && $5 !~ /^lo$/ || $1 ~ /\/([SK][0-9]+network(ing)?|runlevels\/[a-z]+\/(networking|net\.e.*))$/ { print $1; exit }' "$work/simple")
		[ -z "$early" ] || broken "/$early starts the network before osconf: run osconf first"
		;;
	esac
}

# "before" is for services of one runlevel: boot is through when default begins
ordered_by_openrc() {
	tree=$root
	level=${path%/*}
	{
		case $level in */default) names etc/runlevels/boot | sed 's,^,boot/,' ;; esac
		code "$path" | grep -qE '^[ 	]*before .*(net|networking|\*)' || names "$level" | sed "s,^,${level##*/}/,"
	} | grep -E '/(networking|net\..*|dhcpcd|connman|NetworkManager)$' | grep -v '/net\.lo$' | while IFS= read -r service; do
		case $service in
		"${level##*/}"/*) broken "/etc/runlevels/$service may start before osconf: \"before net networking\" in osconf's depend()" ;;
		*) broken "/etc/runlevels/$service starts before osconf: rc-update add osconf boot" ;;
		esac
	done
}

ordered_by_systemd() {
	tree=$root
	unit_text "${path##*/}" "$path" | grep -qE '^Before=.*(network-pre\.target|network\.target|systemd-networkd)' ||
		missing "/$path: Before=network-pre.target, else the network may start first"
}

rule_osconf_writable() {
	have_start || return
	[ -z "$saved" ] || return
	[ "$root" != "$initramfs" ] || return
	if is_on_tmpfs; then
		broken "/$path: /etc is on an overlay whose upper directory is on tmpfs: osconf -s FILE, which is on the first partition"
		return
	fi
	# these see to it themselves
	case $path in
	*/systemd/*)
		# systemd-remount-fs does it, by fstab
		code etc/fstab | grep -qE '^[^ 	]+[ 	]+/[ 	]+[^ 	]+[ 	]+([^ 	]*,)?(rw|defaults)(,|[ 	]|$)' && return
		;;
	etc/runlevels/* | etc/rc.d/S*) return ;;
	esac
	! kernel_words | grep -qx rw || return
	before_osconf=$(awk -F '\t' '$4 ~ /(^|\/)osconf$/ { exit } { print $4, $5 }' "$work/simple"
		awk -F '\t' '$3 ~ /(^|[ \t\/=])osconf([ \t;]|$)/ { exit } { print $3 }' "$work/inittab")
	case $before_osconf in
	*remount* | *'mount -a'* | *rcS* | *overlay*) ;;
	*) missing "/$path: nothing before osconf makes / writable: ::sysinit:/bin/mount -o remount,rw /, with /proc mounted, rw for the kernel, or / in fstab for systemd" ;;
	esac
}

# An overlay over / or /etc whose upper directory is below a tmpfs, by fstab, a
# start script or the kernel's command line (overlayroot)
is_on_tmpfs() {
	tree=$root
	! kernel_words | grep -q '^overlayroot="*tmpfs' || return 0
	{
		code etc/fstab | awk '{ print "mount -t " $3 " -o " $4 " " $1 " " $2 }'
		awk -F '\t' '$4 ~ /(^|\/)mount$/ { print "mount " $5 }' "$work/simple"
	} | awk '
		{
			type = options = ""
			target = $NF
			for (i = 2; i < NF; i++) {
				if ($i == "-t") type = $(i + 1)
				else if ($i ~ /^-t./) type = substr($i, 3)
				if ($i == "-o") options = options "," $(i + 1)
				else if ($i ~ /^-o./) options = options "," substr($i, 3)
			}
		}
		type == "tmpfs" || type == "ramfs" { volatile[target]; next }
		type != "overlay" || target !~ /^\/(etc(\/.*)?|mnt.*|newroot|overlay.*|root|new_root)?$/ { next }
		match(options, /upperdir=[^,]*/) {
			upper = substr(options, RSTART + 9, RLENGTH - 9)
			if (upper ~ /^\/(run|tmp|dev\/shm)(\/|$)/) found = 1
			for (place in volatile)
				if (index(upper "/", place "/") == 1) found = 1
		}
		END { exit !found }'
}

rule_osconf_partition() {
	have_start || return
	case $partition in
	/dev/disk/by-uuid/*) partition=UUID=${partition##*/} ;;
	/dev/disk/by-label/*) partition=LABEL=${partition##*/} ;;
	esac
	case $partition in
	'')
		! kernel_words | grep -qE '^root=/dev/(ram|loop)[0-9]' ||
			unchecked "/$path: root=/dev/ram or /dev/loop is no disk with partitions, and osconf 1.0.0 looks nowhere else: osconf -d UUID=, or -d LABEL="
		return
		;;
	/dev/*) broken "/$path: osconf -d $partition: it has another name on other instance types, leave -d out or give UUID= or LABEL=" ;;
	UUID=* | LABEL=*)
		if [ -z "$disk" ]; then
			does_not_apply "a directory has no partition 1"
		elif ! is_name_of_first "$partition"; then
			broken "/$path: osconf -d $partition: partition 1 has $(names_of_first | tr '\n' ' ')"
		fi
		;;
	/*) unchecked "/$path: osconf -d $partition: is partition 1 mounted there?" ;;
	*) broken "/$path: osconf -d $partition: it knows no such name, leave -d out or give UUID= or LABEL=" ;;
	esac
}

rule_osconf_drive() {
	have_start || return
	case $partition in
	'' | LABEL=config-2) ;;
	*) broken "/$path: osconf -d $partition: it would look nowhere else, leave -d out or give LABEL=config-2" ;;
	esac
}

# LABEL and UUID of partition 1, a line each
names_of_first() {
	[ -n "$first" ] || return
	case $(first_type) in
	ext)
		superblock_of 1
		printf 'LABEL=%s\n' "$(text_of_superblock 120 16)"
		uuid=$(hex_at "$disk" $((start + 1024 + 104)) 16)
		printf '%s\n' "$uuid" | sed 's/\(.\{8\}\)\(....\)\(....\)\(....\)/UUID=\1-\2-\3-\4-/'
		;;
	FAT*)
		partition 1
		serial=$(hex_at "$disk" $((start + 67)) 4 | sed 's/\(..\)\(..\)\(..\)\(..\)/\4\3-\2\1/' | tr a-f A-F)
		printf 'LABEL=%s\nUUID=%s\n' "$(sed -n 's/^ Volume in drive . is \(.*[^ ]\) *$/\1/p' "$first/listing" | head -n 1)" "$serial"
		;;
	esac
}

is_name_of_first() { # UUID=...|LABEL=...
	names_of_first >"$work/own-names"
	case $1 in
	LABEL=*) grep -qxF -e "$1" "$work/own-names" ;;
	UUID=*) sed 's/^UUID=//; t; d' "$work/own-names" | tr A-F a-f | grep -qxF -e "$(printf '%s\n' "${1#UUID=}" | tr A-F a-f)" ;;
	esac
}
