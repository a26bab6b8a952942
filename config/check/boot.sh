# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2094,SC2154
# Files -> what boot loader, kernel and init do with them: the boot loader's
# configurations, the initramfs, the drivers, and the commands of a boot

# Of GRUB, syslinux, systemd-boot and others
BOOT_FILES='^(boot/|efi/)?grub2?/grubenv$|^(boot/|efi/)?(grub2?|EFI/[^/]*|syslinux|extlinux|isolinux|boot/grub|boot/extlinux|loader/entries|loader)/(grub|extlinux|syslinux|isolinux|menu|[^/]*)[.](cfg|conf)$|^(boot/)?(syslinux|extlinux|isolinux)[.]c(fg|onf)$|^(boot/)?cmdline[.]txt$|^etc/(default/grub|kernel/cmdline)$'

# Lines of boot loaders' configurations: TREE, path, line, separated by tabs
boot_lines() {
	for tree in $boot_trees; do
		matching "$BOOT_FILES" | grep -iv '/unicode\|/fonts\|/locale' | head -n 40 >"$work/boot-files"
		while IFS= read -r path; do
			code "$path" | path=$path awk -v tree="$tree" '{ print tree "\t" ENVIRON["path"] "\t" $0 }'
		done <"$work/boot-files"
	done
}

### Initramfs

# $initramfs: the tree of what the kernel unpacks at its start; empty: none was
# found. It is what the boot loader names, one file or several, or what is called
# like one. $work/initramfs.trouble: why it can't be read
find_initramfs() {
	initramfs=''
	with_trouble "$work/boot-lines.trouble" boot_lines >"$work/boot-lines"
	awk -F '\t' '
		{ n = split($3, word, /[ \t]+/) }
		{
			for (i = 1; i <= n; i++) {
				names = ""
				if (tolower(word[i]) ~ /^initrd(16|efi)?$/)
					while (++i <= n)
						names = names " " word[i]
				else if (word[i] ~ /^initrd=./)
					names = " " substr(word[i], 8)
				gsub(/,/, " ", names)
				gsub(/ \([^)]*\)/, " ", names)
				if (names != "" && length(names) < 1024 && lines++ < 40)
					print $1 "\t" names
			}
		}' "$work/boot-lines" >"$work/initramfs-names"
	for tree in $boot_trees; do
		matching '^(boot/)?(initr[^/]*|initramfs[^/]*|rootfs[.]cpio[^/]*|core[.]gz)$' | sed "/ /d; s,^,$tree$TAB,"
	done >>"$work/initramfs-names"
	while IFS=$TAB read -r named list; do
		for tree in "$named" $boot_trees; do
			find_images "$list" && {
				open_initramfs && return
				break
			}
		done
	done <"$work/initramfs-names"
}

# Keys of all of these files, to $work/initramfs-keys. Returns 1 if one is not there
find_images() { # NAMES
	: >"$work/initramfs-keys"
	for path in $1; do
		if find_file "$path" && [ "$file_type" = f ]; then
			printf '%s\n' "$file_key"
		elif find_file "boot/${path#/}" && [ "$file_type" = f ]; then
			printf '%s\n' "$file_key"
		else
			return 1
		fi
	done >>"$work/initramfs-keys"
	[ -s "$work/initramfs-keys" ]
}

# Archives one behind the other, each compressed or not, with zeros between them.
# Microcode comes first, and is not compressed
open_initramfs() {
	whole=$work/initramfs.whole cpio=$work/initramfs.cpio its_trouble=$work/initramfs.why
	: >"$its_trouble"
	room=$(half_free)
	[ $((room > 2147483648)) = 0 ] || room=2147483648
	taken=0
	while IFS= read -r key; do
		contents "$key" $((room - taken))
		taken=$(wc -c <"$whole")
		head -c $(((4 - taken % 4) % 4)) /dev/zero
	done <"$work/initramfs-keys" >"$whole"
	[ "$taken" -lt "$room" ] || initramfs_trouble "it takes more than $(mebibytes "$room") MiB"
	rm -rf "$work/initramfs"
	tree=$work/initramfs
	mkdir "$tree"
	open_cpio "$whole"
	if [ -s "$tree/after" ]; then
		read -r offset <"$tree/after"
		{
			head -c "$offset" "$whole"
			unpack "$whole" "$offset"
		} | head -c $((room - taken)) >"$cpio"
		rm -rf "$tree"
		mkdir "$tree"
		[ $((taken + $(wc -c <"$cpio"))) -lt "$room" ] || initramfs_trouble "unpacked, it takes more than $(mebibytes "$room") MiB"
		open_cpio "$cpio"
	else
		mv "$whole" "$cpio"
		echo "$cpio" >"$tree/at"
	fi
	rm -f "$whole"
	if [ -s "$tree/after" ] || [ ! -s "$tree/index" ]; then
		initramfs_trouble "it is damaged, or compressed in an unknown way"
	fi
	cat "$its_trouble" >>"$work/initramfs.trouble"
	[ ! -s "$its_trouble" ] || return 1
	initramfs=$tree
}

initramfs_trouble() { # WHY
	echo "the initramfs: $1" >>"$its_trouble"
}

unpack() { # FILE OFFSET
	case $(hex_at "$1" "$2" 6) in
	1f8b*) program="gzip -dc" ;;
	fd377a585a00) program="xz -dc" ;;
	5d0000*) program="xz --format=lzma -dc" ;;
	28b52ffd*) program="zstd -dcq" ;;
	02214c18* | 04224d18*) program="lz4 -dcq" ;;
	425a68*) program="bzip2 -dc" ;;
	894c5a4f*) program="lzop -dc" ;;
	*)
		initramfs_trouble "it is damaged, or compressed in an unknown way"
		return
		;;
	esac
	has_tool "${program%% *}" || {
		initramfs_trouble "$(cat "$work/trouble")"
		return
	}
	# what follows the compressed data may not be theirs
	# shellcheck disable=SC2086
	tail -c +$(($2 + 1)) "$1" | limited $program 2>/dev/null
	! is_late || initramfs_trouble "$(first_line "$work/trouble")"
}

### Drivers

# What there is: $work/builtin, lines of modules.builtin and kernel configurations;
# $work/modules, PLACE NAME of each module, wherever it is
find_drivers() {
	: >"$work/builtin"
	for tree in $root $initramfs $boot_trees; do
		matching '^((usr/)?lib/modules/[^/]*/modules[.]builtin|(boot/)?(config|kconfig)(-[^/]*)?)$' >"$work/lists-of-builtin"
		while IFS= read -r path; do
			text "$path" >>"$work/builtin"
		done <"$work/lists-of-builtin"
	done
	list_modules
}

list_modules() {
	for tree in $root $initramfs $boot_trees; do
		place=root
		[ "$tree" != "$initramfs" ] || place=initramfs
		sed "s,.*/,,; s,^,$place ,; s/\.ko.*//; s/-/_/g" "$tree/modules"
	done | sort -u >"$work/modules"
}

# Where a driver is: builtin (in the kernel), initramfs, root; empty: nowhere;
# unknown, if nothing says what the kernel has built in. MODULE has _ for -,
# OPTION is kconfig's
driver() { # MODULE OPTION
	[ -e "$work/builtin" ] || with_trouble "$work/builtin.trouble" find_drivers
	had_trouble "$work/builtin.trouble"
	if grep -qE "/$(echo "$1" | sed 's/_/[-_]/g')\.ko|^CONFIG_$2=y" "$work/builtin"; then
		echo builtin
		return
	fi
	has_module "$1" || search_modules
	if has_module "$1"; then
		place=$(grep -m 1 " $1\$" "$work/modules")
		echo "${place% *}"
	elif [ ! -s "$work/builtin" ]; then
		echo unknown
	fi
}

has_module() { # MODULE
	grep -q " $1\$" "$work/modules"
}

# Of an ext file system only the wanted directories are known as yet
search_modules() {
	[ ! -e "$work/searched" ] || return
	: >"$work/searched"
	for tree in $boot_trees; do
		read -r kind <"$tree/kind"
		[ "$kind" != ext ] || { IFS= read -r at <"$tree/at" && find_modules_of_ext; }
	done
	list_modules
}

### The commands of a boot

COMMANDS_MAX=4194304

# What init runs, in order: FILE ACTION LINE, separated by tabs. ACTION is of
# inittab, init for a line of a script that is init, run for one of another script,
# unit for one of systemd's
boot_commands() {
	tree=$root
	init_scripts | while IFS= read -r path; do
		lines_of "$path" init
	done
	if is_systemd; then
		: >"$work/inittab"
	elif exists etc/inittab; then
		inittab >"$work/inittab"
	elif is_openrc; then
		for level in sysinit boot default; do
			printf 'sbin/init\tsysinit\t/sbin/openrc %s\n' "$level"
		done >"$work/inittab"
	else
		printf 'etc/init.d/rcS\tsysinit\t/etc/init.d/rcS\n' >"$work/inittab" # busybox's default
	fi
	while IFS=$TAB read -r path action line; do
		printf '%s\t%s\t%s\n' "$path" "$action" "$line"
		commands_of "$line"
	done <"$work/inittab"
	set -- etc/runit/1 etc/runit/2
	! is_systemd || {
		commands_of_units
		set -- "$@" etc/rc.local etc/rc.d/rc.local # rc-local.service
	}
	for path; do
		lines_of "$path" run
	done
}

# Those of what the kernel may start that are scripts of a shell
init_scripts() {
	{
		kernel_words | sed -n 's|^\(rd\)\{0,1\}init=/*||p'
		printf '%s\n' init sbin/init
	} | while IFS= read -r path; do
		! is_script "$path" || printf '%s\n' "$file_path"
	done
}

# Whether what init runs can be told
is_known_init() {
	tree=$root
	is_systemd || exists etc/inittab || is_openrc || [ -n "$(init_scripts)" ] ||
		case $(init_program) in *busybox*) true ;; *) false ;; esac
}

unknown_init() { # QUESTION
	trouble "/sbin/init is neither busybox's, sysvinit's, OpenRC's nor systemd's, nor a script: $1?"
}

init_program() {
	! find_file sbin/init || printf '%s\n' "$file_path"
}

is_openrc() {
	case $(init_program) in *openrc-init) true ;; *) false ;; esac
}

# The same, simple commands as a shell takes them apart: FILE ACTION HOW PROGRAM
# ARGUMENTS. HOW: words of what is around it: cttyhack, setsid, the terminal that
# it is redirected to
simple_commands() {
	{
		code etc/default/osconf | sed "s,^,etc/default/osconf${TAB}run$TAB,"
		cat "$work/commands"
		# inetd.conf(5): SERVICE TYPE PROTOCOL WAIT USER PROGRAM NAME ARGUMENTS
		! grep -qE '(^|[^a-z])x?inetd' "$work/commands" ||
			code etc/inetd.conf | awk -v OFS='\t' 'NF > 6 { line = $6; for (i = 8; i <= NF; i++) line = line " " $i; print "etc/inetd.conf", "once", line }'
	} | awk -F '\t' -v OFS='\t' -f "$here/commands.awk"
}

# Which does not read inittab. Where sysvinit or busybox is init, it may be there, too
is_systemd() {
	tree=$root
	case $(init_program) in
	*/systemd) return ;;
	esac
	! exists etc/inittab && { exists lib/systemd/systemd || exists usr/lib/systemd/systemd; }
}

# inittab in the order in which init runs it: busybox's ID::ACTION:PROCESS,
# sysvinit's ID:RUNLEVELS:ACTION:PROCESS
inittab() {
	exact_code etc/inittab | awk -F : -v OFS='\t' '
		function order(action) {
			return action ~ /^(sysinit|boot|bootwait)$/ ? 1 : action == "wait" ? 2 : action == "once" ? 3 : 4
		}
		$3 == "initdefault" { level = $2 }
		NF >= 4 && $3 !~ /^(shutdown|ctrlaltdel|restart|off|power.*|initdefault|kbrequest)$/ {
			process = $0
			sub(/^[^:]*:[^:]*:[^:]*:/, "", process)
			line[order($3), ++count[order($3)]] = "etc/inittab" OFS $3 OFS process
			levels[order($3), count[order($3)]] = $2
		}
		# of sysvinit only what is for the runlevel that it boots to
		END {
			for (i = 1; i <= 4; i++)
				for (j = 1; j <= count[i]; j++)
					if (i == 1 || level == "" || levels[i, j] == "" || index(levels[i, j], level))
						print line[i, j]
		}'
}

# What is in the scripts that a command of inittab's starts: of one that goes on to
# others, those
commands_of() { # COMMAND
	case $action in respawn | askfirst) its_action=$action ;; *) its_action=run ;; esac
	for script in $(printf '%s\n' "${1#-}" | awk "$CALLS"'{ print calls($0) }'); do
		lines_of_script "$script" "$its_action" 0
	done
	case $1 in
	*openrc\ *)
		level=${1##*openrc }
		level=etc/runlevels/${level%% *}
		services "$level" '.'
		[ -z "$(entry "$level/local")" ] || services etc/local.d '[.]start$'
		;;
	*/rcS\ S\ boot* | */rc.common*) services etc/rc.d '^S' ;;
	*/rcS*)
		services etc/init.d '^S[0-9]'
		services_of_level S
		;;
	*/rc\ [0-9S]*)
		level=${1##*/rc }
		services_of_level "${level%% *}"
		;;
	esac
}

# sysvinit's, in /etc or, as LFS and Red Hat have them, in /etc/rc.d
services_of_level() { # LEVEL
	if [ -n "$(names "etc/rc$1.d")" ]; then
		services "etc/rc$1.d" '^S'
	else
		services "etc/rc.d/rc$1.d" '^S'
	fi
}

services() { # DIRECTORY NAMES
	names "$1" | grep -e "$2" | while IFS= read -r service; do
		lines_of "$1/$service" run
	done
}

# The paths that a line of a shell runs or sources, or a loop of its goes through: what
# rcS has in init.d and rcN.d is known
CALLS='
	function calls(line,   n, i, m, j, command, word, found) {
		gsub(/["\047{}]/, " ", line)
		n = split(line, command, /[;&|()`]+/)
		for (i = 1; i <= n; i++) {
			m = split(command[i], word, /[ \t]+/)
			for (j = 1; j < m && (word[j] == "" || word[j] ~ /^(-.*|[A-Za-z_0-9]+=.*|[.!]|exec|source|if|then|elif|else|do|while|(\/.*\/)?(env|nice|nohup|setsid|cttyhack|busybox|(ba|da|a)?sh))$/); j++)
				;
			if (word[j] == "run-parts")
				word[j] = word[m] "/*"
			else if (word[j] == "for" && word[j + 2] == "in")
				j += 3
			if (word[j] ~ /^\/[^][$*?\\]+$/ || word[j] ~ /^\/etc\/[^][$*?]+\/[^\/]*[*]/ && word[j] !~ /\/(init|rc[0-9S])[.]d\//)
				found = found word[j] " "
		}
		return found
	}'

# A script up to where it ends at its outermost level, without here-documents; and
# those that it calls or sources
lines_of() { # PATH ACTION [DEPTH]
	case $1 in etc/*) lines=$1 ;; *) lines=${1#/} ;; esac
	exact_code "$lines" | path=$lines awk -v action="$2" -v OFS='\t' "$CALLS"'
		{
			line[NR] = $0
			sub(/^\t+/, "")
			last[$0] = NR
		}
		END {
			for (i = 1; i <= NR; i++) {
				text = held line[i]
				held = ""
				if (text ~ /\\$/ && length(text) < 16384) {
					held = substr(text, 1, length(text) - 1)
					continue
				}
				if (text ~ /^exit([ \t;]|$)/)
					exit
				# what has no end is another operator
				if (match(text, /<<-?[ \t]*[^ \t<>;&|()]+/)) {
					word = substr(text, RSTART, RLENGTH)
					gsub(/^<<-?[ \t]*|["\047\\]/, "", word)
					while (word in last && last[word] > i) {
						sub(/^\t+/, "", line[++i])
						if (line[i] == word)
							break
					}
				}
				gsub(/\t/, " ", text)
				sub(/^ +/, "", text)
				if (text != "")
					print ENVIRON["path"], action, text, calls(text)
			}
		}' | while IFS=$TAB read -r its_path its_action its_line called; do
		printf '%s\t%s\t%s\n' "$its_path" "$its_action" "$its_line"
		for script in $called; do
			lines_of_script "$script" "$its_action" "${3-0}"
		done
	done
}

# Not those of libraries of functions; what is not in /etc may be a program
lines_of_script() { # PATH ACTION DEPTH
	[ "$3" -lt 4 ] || return 0
	case $1 in
	*/functions | */rc.common | */rc.subr | */profile) ;;
	*\**)
		files_like "$1" etc | while IFS= read -r script; do
			lines_of "$script" "$2" $(($3 + 1))
		done
		;;
	/etc/*) lines_of "$1" "$2" $(($3 + 1)) ;;
	*) ! is_script "$1" || lines_of "$1" "$2" $(($3 + 1)) ;;
	esac
}

# Sets $file_path
is_script() { # PATH
	find_file "$1" && [ "$file_type" = f ] &&
		contents "$file_key" 80 | head -n 1 | grep -qE '^#!.*[/ ](sh|ash|dash|bash|busybox)( |$)'
}

### systemd

# PATH of each unit that something wants, unless it is masked
enabled_units() {
	[ ! -e "$work/enabled" ] || { cat "$work/enabled" && return; }
	matching '^(etc|(usr/)?lib)/systemd/system/[^/]+[.](wants|requires)/[^/]+$' |
		grep -vE '/(rescue|emergency|shutdown|umount|final|reboot|poweroff|halt|kexec|sleep|suspend|hibernate|initrd[^/]*)[.]target[.]' |
		awk -F / '!seen[$NF]++' >"$work/wanted-units"
	while IFS= read -r path; do
		is_masked "${path##*/}" || printf '%s\n' "$path"
	done <"$work/wanted-units" >"$work/enabled"
	cat "$work/enabled"
}

# The file that holds for a unit: /etc before /usr/lib; of an instance the template
unit_file() { # UNIT: sets unit_path, unit_link
	template=$1
	case $1 in *@*.*) template=${1%%@*}@.${1##*.} ;; esac
	unit_path='' unit_link=''
	for unit_name in "$1" "$template"; do
		for directory in etc usr/local/lib lib usr/lib; do
			its_entry=$(entry "$directory/systemd/system/$unit_name")
			[ -n "$its_entry" ] || continue
			unit_path=$directory/systemd/system/$unit_name
			unit_link=${its_entry##*"$TAB"}
			return
		done
	done
	# lib may be a link
	for directory in lib usr/lib; do
		! exists "$directory/systemd/system/$template" || { unit_path=$directory/systemd/system/$template && return; }
	done
	return 1
}

is_masked() { # UNIT
	unit_file "$1" && [ "$unit_link" = /dev/null ]
}

# Its text, and that of its drop-ins. A file in the directory of wants counts if
# there is no other
unit_text() { # UNIT WANTS-PATH
	if unit_file "$1"; then
		code "$unit_path"
	else
		code "$2"
	fi
	for directory in usr/lib lib etc; do
		for unit_name in "$template" "$1"; do
			names "$directory/systemd/system/$unit_name.d" | grep '[.]conf$' | while IFS= read -r name; do
				code "$directory/systemd/system/$unit_name.d/$name"
			done
		done
	done | awk '1'
}

# With the scripts that they run, as the unit's
commands_of_units() {
	enabled_units >"$work/units"
	while IFS= read -r its_path; do
		its_unit=${its_path##*/}
		case $its_unit in
		*.service) exec_lines "$its_path" "$its_unit" ;;
		*.socket)
			for its_unit in "${its_unit%.socket}@.service" "${its_unit%.socket}.service"; do
				! unit_file "$its_unit" || exec_lines "$unit_path" "$its_unit"
			done
			;;
		esac
	done <"$work/units" | awk -F '\t' -v OFS='\t' "$CALLS"'{ print $0, calls($3) }' | while IFS=$TAB read -r path action line called; do
		printf '%s\t%s\t%s\n' "$path" "$action" "$line"
		for script in $called; do
			lines_of_script "$script" run 0 | path=$path awk -F '\t' -v OFS='\t' '{ $1 = ENVIRON["path"]; print }'
		done
	done
}

# An empty ExecStart= takes back those before it
exec_lines() { # PATH UNIT
	unit_text "$2" "$1" | path=$1 awk -v OFS='\t' '
		{ gsub(/\t/, " ") }
		/\\$/ && length(held) < 16384 { held = held substr($0, 1, length($0) - 1) " "; next }
		{ $0 = held $0; held = "" }
		/^Environment *=/ { sub(/^[^=]*= */, ""); print ENVIRON["path"], "unit", $0 }
		/^ExecStart(Pre|Post)? *=/ {
			key = $0; sub(/ *=.*/, "", key)
			sub(/^[^=]*= */, "")
			if ($0 == "") {
				for (i = 1; i <= n; i++)
					if (keys[i] == key) keys[i] = ""
				next
			}
			sub(/^[-@:+!]*/, "")
			keys[++n] = key; line[n] = $0
		}
		END {
			for (turn = 1; turn <= 3; turn++)
				for (i = 1; i <= n; i++)
					if (keys[i] == (turn == 1 ? "ExecStartPre" : turn == 2 ? "ExecStart" : "ExecStartPost"))
						print ENVIRON["path"], "unit", line[i]
		}'
}

### Of the commands

# Those that run osconf: FILE ACTION ARGUMENTS
osconf_commands() {
	awk -F '\t' -v OFS='\t' '$4 ~ /(^|\/)osconf$/ { print $1, $2, $5 }' "$work/simple"
}

### The kernel's command line

# Its words, one a line, of all boot loaders' entries
kernel_words() {
	had_trouble "$work/boot-lines.trouble"
	awk -F '\t' '
		{ line = $3 }
		{ gsub(/["\047]/, " ", line); sub(/^[ \t]+/, "", line) }
		tolower(line) ~ /^(linux(16|efi)?|kernel|append|options|set|grub_cmdline_linux(_default)?[ \t]*=)[ \t]/ || $2 ~ /cmdline|grubenv/ {
			sub(/^(GRUB_CMDLINE_LINUX(_DEFAULT)?|[a-z_]+)[ \t]*=/, "", line)
			n = split(line, word, /[ \t]+/)
			for (i = 1; i <= n; i++)
				if (word[i] != "") print word[i]
		}' "$work/boot-lines"
}
