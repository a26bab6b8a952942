# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2020,SC2034,SC2154
# The rules of logging in: SSH, the console

rule_ssh_root() {
	tree=$root
	other_sshd_config
	sshd='' dropbear='' refused=''
	[ -z "$(existing usr/sbin/sshd sbin/sshd usr/bin/sshd usr/local/sbin/sshd)" ] || sshd=/etc/ssh/sshd_config
	[ -z "$(existing usr/sbin/dropbear sbin/dropbear usr/bin/dropbear bin/dropbear usr/local/sbin/dropbear)" ] || dropbear=yes
	[ -z "$sshd" ] || refused=$(sshd_refuses)
	[ -z "$dropbear" ] || refused=$refused$(dropbear_refuses)
	if [ -n "$refused" ]; then
		missing "$refused"
	elif [ -z "$sshd$dropbear" ]; then
		if has_login; then
			passes "no SSH server: the console is the way in"
		else
			missing "neither an SSH server nor a login on the console: install one"
		fi
	fi
}

# Another file of settings than the one that is read here
other_sshd_config() {
	other=$(sshd_options | grep -m 1 -E '(^|[ "])-[a-zA-Z0-9]*f' | grep -vE -e '-f */etc/ssh/sshd_config( |"|$)')
	[ -z "$other" ] || trouble "sshd has other settings than /etc/ssh/sshd_config: $other"
}

# sshd_config(5): the first value of each keyword holds; Include at its place; what is
# below a Match that fits root on every connection holds before the rest, what is
# below another is for some connections only
sshd_settings() {
	sshd_lines etc/ssh/sshd_config 0 | awk '
		function fits(line,   n, word, i, m, pattern, j, name, hit) {
			n = split(tolower(line), word, /[ \t]+/)
			for (i = 2; i <= n; i += 2) {
				if (word[i] == "all") return 1
				if (word[i] !~ /^(user|group)$/) return 0
				hit = 0
				m = split(word[i + 1], pattern, ",")
				for (j = 1; j <= m; j++) {
					name = pattern[j]
					if (name == "!root") return 0
					if (name == "root" || name == "*" || name == "ro*" || name == "r*" || name == "roo?" || name == "????") hit = 1
				}
				if (!hit) return 0
			}
			return 1
		}
		/^\001begin/ { depth++; was_skipped[depth] = skip; was_matched[depth] = matched; next }
		/^\001end/ { skip = was_skipped[depth]; matched = was_matched[depth]; depth--; next }
		{
			sub(/[ \t]#.*/, "")
			gsub(/["\r]/, "")
			sub(/^[ \t]+/, "")
			sub(/[ \t]+$/, "")
			if (match($0, /^[A-Za-z0-9]+[ \t]*=[ \t]*/)) {
				keyword = $0; sub(/[ \t]*=.*/, "", keyword)
				$0 = keyword " " substr($0, RLENGTH + 1)
			}
			keyword = tolower($1)
		}
		keyword == "match" { matched = 1; skip = !fits($0); next }
		keyword == "permitemptypasswords" && matched && tolower($2) == "yes" { print "somebody yes" }
		skip || keyword == "" { next }
		{
			value = $0; sub(/^[^ \t]+[ \t]+/, "", value)
			if (keyword !~ /^(hostkey|authorizedkeysfile|trustedusercakeys)$/)
				value = tolower(value)
			place = matched ? "match" : "all"
			if (keyword ~ /^((allow|deny)(users|groups)|hostkey)$/) { print keyword, value; next }
			if (!((place, keyword) in known)) { known[place, keyword] = value; keywords[keyword] }
		}
		END {
			for (keyword in keywords)
				print keyword, ("match", keyword) in known ? known["match", keyword] : known["all", keyword]
		}'
}

# Its lines and those that it includes, between \001begin and \001end: a Match in an
# included file ends with that
sshd_lines() { # PATH DEPTH
	code "$1" | tr -d '\001' >"$work/sshd.$2"
	while IFS= read -r line; do
		case $line in
		*[Ii][Nn][Cc][Ll][Uu][Dd][Ee][\ \	=]*)
			included=$(printf '%s\n' "$line" | sed -n 's/^[ 	]*[Ii][Nn][Cc][Ll][Uu][Dd][Ee][ 	=]*//p' | tr -d '"')
			[ -n "$included" ] || { printf '%s\n' "$line" && continue; }
			for pattern in $included; do
				files_like "$pattern" etc/ssh >"$work/sshd.files.$2"
				while IFS= read -r name; do
					[ "$2" -lt 4 ] || continue
					printf '\001begin\n'
					(sshd_lines "$name" $(($2 + 1)))
					printf '\001end\n'
				done <"$work/sshd.files.$2"
			done
			;;
		*) printf '%s\n' "$line" ;;
		esac
	done <"$work/sshd.$2"
}

setting() { # KEYWORD DEFAULT
	sed -n "s/^$1 //p" "$work/sshd" | grep . || echo "$2"
}

# What sshd is started with: by a command of the boot, or by a file of options
sshd_options() {
	find_osconf
	awk -F '\t' '$4 ~ /(^|\/)sshd$/ { print "/" $1 ": " $5 }' "$work/simple"
	existing etc/default/ssh etc/default/sshd etc/conf.d/sshd etc/sysconfig/sshd | while IFS= read -r path; do
		code "$path" | grep -E '^(SSHD_OPTS|OPTIONS|command_args)=' | while IFS= read -r line; do
			printf '/%s: %s\n' "$path" "$line"
		done
	done
}

sshd_refuses() {
	sshd_settings >"$work/sshd"
	if is_systemd && is_masked ssh.service && is_masked sshd.service ||
		is_systemd && is_masked ssh.service && ! unit_file sshd.service ||
		is_systemd && is_masked sshd.service && ! unit_file ssh.service ||
		is_systemd && is_masked ssh.service && [ "$(look lib/systemd/system/sshd.service | cut -f 5)" = '' ]; then
		echo "sshd is not started: ssh.service is masked: systemctl unmask ssh" && return
	fi
	case $(setting permitrootlogin prohibit-password) in
	yes) ;;
	*) echo "$sshd: PermitRootLogin is $(setting permitrootlogin "prohibit-password by default"): PermitRootLogin yes" && return ;;
	esac
	if [ "$(setting passwordauthentication yes)" = no ] &&
		! { [ "$(setting usepam no)" = yes ] && [ "$(setting kbdinteractiveauthentication "$(setting challengeresponseauthentication yes)")" = yes ]; }; then
		echo "$sshd: PasswordAuthentication no: PasswordAuthentication yes" && return
	fi
	# lists of methods, one of which has to be gone through
	setting authenticationmethods any | tr ' \t' '\n\n' | tr -d '"' | grep -qE '^(any|(,?(password|keyboard-interactive(:[^,]*)?))+)$' ||
		{ echo "$sshd: AuthenticationMethods wants more than a password: remove it" && return; }
	for list in users groups; do
		! grep -q "^allow$list " "$work/sshd" || names_root "allow$list" ||
			{ echo "$sshd: Allow$list without root: add it" | sed 's/Allowu/AllowU/; s/Allowg/AllowG/' && return; }
		! names_root "deny$list" || { echo "$sshd: Deny$list root: remove it" | sed 's/Denyu/DenyU/; s/Denyg/DenyG/' && return; }
	done
	sshd_options | grep -m 1 -iE '(PermitRootLogin|PasswordAuthentication)[ =]*(no|prohibit-password|without-password|forced-commands-only)' | sed 's/$/: leave it out/'
}

# Whether a list of patterns has root
names_root() { # KEYWORD
	sed -n "s/^$1 //p" "$work/sshd" | tr ' \t' '\n\n' | awk '
		{ sub(/@(\*)?$/, "") }
		$0 == "root" || $0 == "*" || $0 == "r*" || $0 == "ro*" || $0 == "roo?" { found = 1 }
		$0 == "!root" { refused = 1 }
		END { exit !(found && !refused) }'
}

# Where options of dropbear's may be in a variable
DROPBEAR_FILES='^etc/(default|conf[.]d)/dropbear$'

# FILE OPTION NEXT-WORD of each option that dropbear is started with
dropbear_options() {
	find_osconf
	{
		awk -F '\t' -v OFS='\t' '$4 ~ /(^|\/)dropbear$/ { print $1, $5 }' "$work/simple"
		tree=$root
		matching "$DROPBEAR_FILES" | while IFS= read -r path; do
			code "$path" | path=$path awk -v OFS='\t' '
				/RSAKEY/ { next }
				{ sub(/[ \t]#.*/, "") }
				sub(/^[ \t]*(export[ \t]+)?[A-Z_]*(ARGS|OPTS|OPTIONS)=/, "") { print ENVIRON["path"], $0 }'
		done
	} | tr "\"'\001" '   ' | awk -F '\t' -v OFS='\t' '
		{
			n = split($2, word, / +/)
			for (i = 1; i <= n; i++) {
				if (word[i] ~ /^-[A-Za-z]/)
					print "/" $1, word[i], word[i + 1]
				# the next word is its value
				if (word[i] ~ /^-[A-Za-z]*[bcdDGIKlpPrTW]$/)
					i++
			}
		}'
}

# dropbear(8): -w no root, -s no passwords, -g no password for root, -t a key, too
dropbear_refuses() {
	dropbear_options | awk -F '\t' '
		{ option = $2; sub(/[bcdDGIKlpPrTW].*/, "", option) }
		option ~ /[wsgt]/ { print $1 ": dropbear " $2 " refuses root or passwords: leave it out"; exit }'
	text etc/config/dropbear | tr -d "\"'" | awk '
		$1 == "option" && $2 ~ /^(RootPasswordAuth|PasswordAuth|RootLogin)$/ && $3 ~ /^(off|0|no)$/ {
			print "/etc/config/dropbear: " $2 " " $3 ": on"
			exit
		}'
	# getusershell(3): those without the file
	shell=$(field "$(line_of etc/passwd root)" 7)
	{
		text etc/shells || printf '/bin/sh\n/bin/csh\n'
	} | grep -qxF "${shell:-/bin/sh}" ||
		echo "/etc/shells: dropbear lets nobody in whose shell is not there: add $shell"
}

# A getty or another program that asks for a password
has_login() {
	tree=$root
	is_systemd || code etc/inittab | grep -qE '^[^:]*:[^:]*:(respawn|askfirst|askconsole|once|wait):.*(getty|login)|:askconsole' ||
		[ -n "$(matching '^etc/runlevels/.*(getty|agetty)')" ] || { find_osconf; awk -F '\t' '$4 ~ /getty$/ { found = 1 } END { exit !found }' "$work/simple"; }
}

rule_console() {
	if has_login; then
		return
	elif is_known_init; then
		missing "no getty is started: tty1::respawn:/sbin/getty 38400 tty1, and one for console"
	else
		unknown_init "does it start a getty"
	fi
}

rule_console_shell() {
	tree=$root
	find_osconf
	is_known_init || unknown_init "does it start a shell"
	if ! exists etc/inittab && ! is_systemd && [ -z "$(init_scripts)" ]; then
		case $(init_program) in
		*busybox*) missing "without /etc/inittab, busybox's init starts a shell on the console: make one" ;;
		esac
	fi
	{
		! is_systemd || getty_commands
		kernel_words | awk -v OFS='\t' '
			/^(rd)?init=.*\/(ba|da|a|z|k)?sh$/ { print "the kernel", "", "kernel", substr($0, index($0, "=") + 1), "" }
			/^systemd\.debug[_-]shell(=(1|yes|true|on|tty.*))?$/ { print "the kernel", "", "kernel", "sh", "" }'
		cat "$work/simple"
	} | awk -F '\t' -f "$here/shells.awk" | sort -u >"$work/shells"
	of_openrc >>"$work/shells"
	of_openwrt >>"$work/shells"
	while IFS=$TAB read -r label what; do
		if [ "$label" = FAIL ]; then
			broken "$what is a shell without a password: getty"
		else
			unchecked "$what: does it ask for a password?"
		fi
	done <"$work/shells"
}

# Options of OpenRC's agetty.TTY
of_openrc() {
	matching '^etc/conf[.]d/agetty([.][^/]*)?$' | while IFS= read -r path; do
		! code "$path" | grep -qE '^agetty_options=.*(--autologin|-a )' || printf 'FAIL\t/%s: agetty --autologin\n' "$path"
	done
}

# Its login.sh asks for a password only with ttylogin 1, which uci-defaults may set
of_openwrt() {
	text usr/libexec/login.sh | grep -q 'ash --login' || return 0
	{
		code etc/config/system
		names etc/uci-defaults | while IFS= read -r name; do
			code "etc/uci-defaults/$name"
		done
	} | grep -qE "ttylogin['\"]?[ =]+['\"]?(1|on|yes|true)" || printf 'FAIL\t/usr/libexec/login.sh without ttylogin 1 in /etc/config/system\n'
}

# What systemd starts on terminals: gettys, with their drop-ins, and its own shell
getty_commands() {
	matching '^(etc|(usr/)?lib)/systemd/system/([a-z-]*getty(@[^/]*)?|getty@[^/]*)[.]service([.]d/[^/]*[.]conf)?$' |
		sed 's,[.]d/[^/]*$,,; s,.*/,,' | sort -u >"$work/gettys"
	! enabled_units | grep -q '/debug-shell\.service$' || echo debug-shell.service >>"$work/gettys"
	while IFS= read -r unit; do
		is_masked "$unit" || exec_lines "etc/systemd/system/$unit" "$unit"
	done <"$work/gettys" | awk -F '\t' -v OFS='\t' -f "$here/commands.awk"
}

rule_ssh_empty() {
	tree=$root
	sshd_settings >"$work/sshd"
	case $(setting permitemptypasswords no)$(setting somebody no) in
	*yes*) broken "/etc/ssh/sshd_config: PermitEmptyPasswords yes: no" ;;
	esac
	other_sshd_config
	dropbear_options | sed -n "s/$TAB-[A-Za-z]*B.*//p" | sort -u | while IFS= read -r path; do
		broken "$path: dropbear -B lets accounts in that have no password: leave it out"
	done
}
