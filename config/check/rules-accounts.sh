# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034
# The rules of accounts, and of what is another instance's

field() { # LINE NUMBER
	printf '%s\n' "$1" | cut -d : -f "$2"
}

line_of() { # FILE ACCOUNT
	exact_text "$1" | awk -F : -v name="$2" '$1 == name { print; exit }'
}

rule_root_account() {
	tree=$root
	account=$(line_of etc/passwd root)
	if [ -z "$account" ]; then
		missing "/etc/passwd has no root: root:x:0:0:root:/root:/bin/sh"
		return
	fi
	[ "$(field "$account" 3)" = 0 ] || broken "/etc/passwd: root's number is $(field "$account" 3): 0"
	shell=$(field "$account" 7)
	case $shell in
	*nologin | */false | */true) broken "/etc/passwd: root's shell is $shell, which ends at once: /bin/sh" ;;
	*) [ "$(look_type "${shell:-/bin/sh}")" = f ] || missing "/etc/passwd: root's shell ${shell:-/bin/sh} is not in the image: /bin/sh" ;;
	esac
	expiry "$(line_of etc/shadow root)"
}

# shadow(5): 8, the day on which the account ends (99999 is in 2243). 5, days until
# the password ends, and 7, how many more it is taken, to be changed at once
expiry() { # LINE-OF-SHADOW
	day=$(field "$1" 8)
	case $day in
	'' | -*) ;;
	*[!0-9]*) broken "/etc/shadow: root expires on day $day: leave the 8th field empty" ;;
	[4-9]???? | ?????*[0-9]) ;; # after 2079
	*) broken "/etc/shadow: root expires on day $day: leave the 8th field empty" ;;
	esac
	max=$(field "$1" 5) more=$(field "$1" 7)
	is_number "$max" && is_number "$more" || return 0
	max=$(decimal "$max") more=$(decimal "$more")
	if [ $((max < 10000)) = 1 ]; then
		broken "/etc/shadow: root is locked out $((max + more)) days after its password was set: 99999 in the 5th field, the 7th empty"
	fi
}

rule_shadow() {
	tree=$root
	account=$(line_of etc/passwd root)
	[ -n "$account" ] || return
	if ! exists etc/shadow; then
		target=$(entry etc/shadow | cut -f 6)
		if [ -n "$target" ] && is_mounted_there "$target"; then
			unchecked "/etc/shadow is a link to $target, where fstab mounts something: is it there before osconf is run?"
		elif [ -n "$(entry etc/shadow)" ]; then
			broken "/etc/shadow is a link that leads to no file: $target"
		elif [ "$(field "$account" 2)" = x ]; then
			missing "there is none, but /etc/passwd says x: root:*:19000:0:99999:7:::"
		fi
		return
	fi
	[ "$(field "$account" 2)" = x ] ||
		broken "/etc/passwd has root's password itself, and not in /etc/shadow: put an x there"
	[ -n "$(line_of etc/shadow root)" ] ||
		missing "/etc/shadow has no line for root: root:*:19000:0:99999:7:::"
	mounted=$(mounted_over)
	[ -z "$mounted" ] ||
		unchecked "$mounted mounts something on /etc/shadow or /etc/passwd: is it there at every boot, and can osconf write it? osconf 1.0.0 can't"
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

# Whether a path is below what fstab mounts, but for /
is_mounted_there() { # PATH
	code etc/fstab | path=$1 awk '$2 != "/" && index(ENVIRON["path"], $2 "/") == 1 { found = 1 } END { exit !found }'
}

# The file whose line does so: fstab, a start script, a unit
mounted_over() {
	find_osconf
	{
		code etc/fstab | awk '$2 ~ /^\/etc\/(shadow|passwd)$/ { print "/etc/fstab" }'
		awk -F '\t' '$4 ~ /(^|\/)mount$/ && (" " $5 " ") ~ / \/etc\/(shadow|passwd) $/ { print "/" $1 }' "$work/simple"
		matching '^(etc|(usr/)?lib)/systemd/system/etc-(shadow|passwd)[.]mount$' | sed 's,^,/,'
	} | head -n 1
}

# shadow(5): the third field is the day of the last change; 0, it must be changed
rule_passwords() {
	tree=$root
	: >"$work/shadow"
	text etc/passwd >"$work/passwd" || trouble "/etc/passwd can't be read"
	! exists etc/shadow || text etc/shadow >"$work/shadow"
	awk -F : -v shadow="$work/shadow" '
		BEGIN {
			while ((getline line < shadow) > 0) {
				split(line, field, ":")
				if (!(field[1] in secret)) { secret[field[1]] = field[2]; day[field[1]] = field[3] }
			}
		}
		$1 == "" { next }
		{ own = $2; changed = "" }
		own == "x" {
			if (!($1 in secret)) next
			own = secret[$1]; changed = day[$1]
		}
		own == "" { print "empty", $1; next }
		own ~ /^[*!]/ || own == "x" { next }
		own ~ /[*!]/ && length(own) < 13 { next }
		{ print changed == "0" ? "first" : "default", $1 }' "$work/passwd" >"$work/accounts"
	while read -r what name; do
		case $what in
		empty) broken "$name logs in without a password: lock it with *" ;;
		first) passes "$name must change its password at the first login, if login sees to it (FEATURE_LOGIN_NEW_PASSWORD)" ;;
		default) broken "$name has a default password: lock it with *, or let it be changed at the first login (the third field of /etc/shadow 0)" ;;
		esac
	done <"$work/accounts"
}

rule_host_keys() {
	tree=$root
	sshd_settings >"$work/sshd"
	{
		for directory in etc/ssh etc/dropbear var/lib/dropbear; do
			names "$directory" | grep -E '^(ssh_host_.*_key|dropbear_.*_key|dropbear_.*host_key)$' | sed "s,^,$directory/,"
		done
		sed -n 's/^hostkey //p' "$work/sshd"
		dropbear_options | awk -F '\t' '$2 ~ /r$/ { print $3 }'
	} | sed 's,^/*,,' | sort -u | while IFS= read -r path; do
		! exists "$path" || broken "/$path: remove it, and have it made at the first boot"
	done
}

rule_user_keys() {
	tree=$root
	sshd_settings >"$work/sshd"
	{
		echo etc/dropbear/authorized_keys
		text etc/passwd | files=$(setting authorizedkeysfile ".ssh/authorized_keys .ssh/authorized_keys2") awk -F : '
			NF < 6 || $7 ~ /\/(nologin|false)$/ { next }
			{
				n = split(ENVIRON["files"], file, " ")
				for (i = 1; i <= n; i++) {
					path = file[i]
					gsub(/%h/, $6, path)
					gsub(/%u/, $1, path)
					print path ~ /^\// ? path : $6 "/" path
				}
			}'
	} | sed 's,^/*,,' | sort -u >"$work/keys"
	while IFS= read -r path; do
		! text "$path" | grep -q '^[^#]' || broken "/$path: remove it"
		! is_out_of_sight "$path" || trouble "/$path is not read here: is it there?"
	done <"$work/keys"
	ca=$(setting trustedusercakeys none)
	[ "$ca" = none ] || broken "/etc/ssh/sshd_config: TrustedUserCAKeys $ca: remove it"
	[ "$(setting authorizedkeyscommand none)" = none ] || unchecked "/etc/ssh/sshd_config: AuthorizedKeysCommand: what keys does it print?"
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
