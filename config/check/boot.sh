# shellcheck shell=sh disable=SC2034,SC2154
# Files -> what boot loader, kernel and init do with them: the boot loader's
# configurations, the initramfs, the drivers, and the commands of a boot

# Of GRUB, syslinux, systemd-boot and others
BOOT_FILES='^(boot/|efi/)?(grub2?|EFI/[^/]*|syslinux|extlinux|isolinux|boot/grub|boot/extlinux|loader/entries|loader)/(grub|extlinux|syslinux|isolinux|menu|[^/]*)[.](cfg|conf)$|^(boot/)?(syslinux|extlinux|isolinux)[.]c(fg|onf)$|^(boot/)?cmdline[.]txt$|^etc/(default/grub|kernel/cmdline)$'

# Lines of boot loaders' configurations: TREE, path, line, separated by tabs
boot_lines() {
	for tree in $boot_trees; do
		matching "$BOOT_FILES" | grep -iv '/unicode\|/fonts\|/locale' | head -n 40 >"$work/boot-files"
		while IFS= read -r path; do
			code "$path" | awk -v tree="$tree" -v path="$path" '{ print tree "\t" path "\t" $0 }'
		done <"$work/boot-files"
	done
}

### Initramfs

# $initramfs: the tree of what the kernel unpacks at its start; empty: none was
# found. It is the one that the boot loader names, or that is called like one
find_initramfs() {
	initramfs=''
	boot_lines >"$work/boot-lines"
	awk -F '\t' '
		{ n = split($3, word, /[ \t]+/) }
		{ for (i = 1; i <= n; i++)
			if (tolower(word[i]) ~ /^(initrd(16|efi)?|INITRD)$/ && word[i + 1] != "") print $1 "\t" word[i + 1]
			else if (word[i] ~ /^initrd=./) print $1 "\t" substr(word[i], 8) }' "$work/boot-lines" >"$work/initramfs-names"
	for tree in $boot_trees; do
		matching '^(boot/)?(initr[^/]*|initramfs[^/]*|rootfs[.]cpio[^/]*|core[.]gz)$' | sed "s,^,$tree$TAB,"
	done >>"$work/initramfs-names"
	while IFS=$TAB read -r named name; do
		for tree in "$named" $boot_trees; do
			for path in "$name" "boot/${name#/}"; do
				[ "$(look_type "$path")" = f ] || continue
				open_initramfs "$path" && return
			done
		done
	done <"$work/initramfs-names"
}

# Documentation/driver-api/early-userspace/buffer-format.rst: archives one behind
# the other, each compressed or not, with zeros between them. Microcode comes
# first, and is not compressed
open_initramfs() { # PATH
	whole=$work/initramfs.whole cpio=$work/initramfs.cpio
	find_file "$path"
	contents_found 1073741824 >"$whole"
	offset=0
	while [ "$(hex_at "$whole" "$offset" 6)" = 303730373031 ]; do
		end=$(tail -c +$((offset + 1)) "$whole" | grep -abo -m 1 'TRAILER!!!' | head -n 1 | cut -d : -f 1)
		[ -n "$end" ] || break
		next=$(after_zeros "$whole" $(((offset + end + 11 + 3) / 4 * 4)))
		[ -n "$next" ] || break
		offset=$next
	done
	unpack "$whole" "$offset" >"$cpio" || return
	rm -f "$whole"
	tree=$work/initramfs
	rm -rf "$tree"
	mkdir "$tree"
	open_cpio "$cpio" || return
	initramfs=$tree
}

# Where the next byte is that is not zero, within 64 KiB
after_zeros() { # FILE OFFSET
	zeros=$(dd if="$1" bs=4 skip=$(($2 / 4)) count=16384 2>/dev/null | od -An -v -tx1 -w1 | awk '$1 != "00" { print NR - 1; exit }')
	[ -z "$zeros" ] || echo $(($2 + zeros))
}

unpack() { # FILE OFFSET
	case $(hex_at "$1" "$2" 6) in
	30373037303[12]) program='cat' ;;
	1f8b*) program="gzip -dc" ;;
	fd377a585a00) program="xz -dc" ;;
	5d0000*) program="xz --format=lzma -dc" ;;
	28b52ffd*) program="zstd -dcq" ;;
	02214c18* | 04224d18*) program="lz4 -dcq" ;;
	425a68*) program="bzip2 -dc" ;;
	894c5a4f*) program="lzop -dc" ;;
	*) return 1 ;;
	esac
	has_tool "${program%% *}" || {
		cp "$work/trouble" "$work/initramfs.trouble"
		return 1
	}
	# what follows the compressed data may not be theirs
	# shellcheck disable=SC2086
	tail -c +$(($2 + 1)) "$1" | limited $program 2>/dev/null | head -c 2147483648
}

### Drivers

# What there is: $work/builtin, lines of modules.builtin and kernel configurations;
# $work/modules, PLACE NAME of each module
find_drivers() {
	: >"$work/builtin"
	: >"$work/modules"
	for tree in $root $initramfs $boot_trees; do
		matching '^((usr/)?lib/modules/[^/]*/modules[.]builtin|(boot/)?(config|kconfig)(-[^/]*)?)$' >"$work/lists-of-builtin"
		while IFS= read -r path; do
			text "$path" >>"$work/builtin"
		done <"$work/lists-of-builtin"
		place=root
		[ "$tree" != "$initramfs" ] || place=initramfs
		matching '^(usr/)?lib/modules/.*[.]ko([.][a-z0-9]+)?$' | sed "s,.*/,$place ,; s/\.ko.*//; s/-/_/g" >>"$work/modules"
	done
}

# Where a driver is: builtin (in the kernel), initramfs, root; empty: nowhere;
# unknown, if nothing says what the kernel has built in. MODULE has _ for -,
# OPTION is kconfig's
driver() { # MODULE OPTION
	[ -e "$work/builtin" ] || find_drivers
	if grep -qE "/$(echo "$1" | sed 's/_/[-_]/g')\.ko|^CONFIG_$2=y" "$work/builtin"; then
		echo builtin
	elif place=$(sort "$work/modules" | grep -m 1 " $1\$"); then
		echo "${place% *}"
	elif [ ! -s "$work/builtin" ]; then
		echo unknown
	fi
}

### The commands of a boot

# What init runs, in order: FILE ACTION LINE, separated by tabs. ACTION is of
# inittab, run for a line of a script, unit for one of systemd's
boot_commands() {
	tree=$root
	if exists etc/inittab; then
		inittab >"$work/inittab"
	elif ! is_systemd && [ -n "$(names etc/init.d)" ]; then
		printf 'etc/init.d/rcS\tsysinit\t/etc/init.d/rcS\n' >"$work/inittab" # busybox's default
	else
		: >"$work/inittab"
	fi
	while IFS=$TAB read -r path action line; do
		printf '%s\t%s\t%s\n' "$path" "$action" "$line"
		case $action in askfirst | respawn) ;; *) commands_of "$line" ;; esac
	done <"$work/inittab"
	if is_systemd; then
		for directory in $(names etc/systemd/system | grep '\.\(wants\|requires\)$'); do
			for unit in $(names "etc/systemd/system/$directory"); do
				lines_of "etc/systemd/system/$directory/$unit" unit
			done
		done
	fi
	for path in etc/rc.local etc/rc.d/rc.local; do
		lines_of "$path" run
	done
}

is_systemd() {
	tree=$root
	exists lib/systemd/systemd || exists usr/lib/systemd/systemd
}

# inittab in the order in which init runs it: busybox's ID::ACTION:PROCESS,
# sysvinit's ID:RUNLEVELS:ACTION:PROCESS
inittab() {
	code etc/inittab | awk -F : -v OFS='\t' '
		function order(action) {
			return action ~ /^(sysinit|boot|bootwait)$/ ? 1 : action == "wait" ? 2 : action == "once" ? 3 : 4
		}
		$3 == "initdefault" { level = $2 }
		# of sysvinit only what is for the runlevel that it boots to
		level != "" && $2 != "" && $3 !~ /^(sysinit|boot|bootwait)$/ && !index($2, level) { next }
		NF >= 4 && $3 !~ /^(shutdown|ctrlaltdel|restart|off|power.*|initdefault|kbrequest)$/ {
			process = $0
			sub(/^[^:]*:[^:]*:[^:]*:/, "", process)
			line[order($3), ++count[order($3)]] = "etc/inittab" OFS $3 OFS process
		}
		END { for (i = 1; i <= 4; i++) for (j = 1; j <= count[i]; j++) print line[i, j] }'
}

# What the scripts have in them that a command starts
commands_of() { # COMMAND
	case $1 in
	*openrc\ *)
		level=${1##*openrc }
		services "etc/runlevels/${level%% *}" '.'
		;;
	*/rcS\ S\ boot* | */rc.common*) services etc/rc.d '^S' ;;
	*/rcS*)
		lines_of etc/init.d/rcS run
		services etc/init.d '^S[0-9]'
		services etc/rcS.d '^S'
		;;
	*/init.d/rc\ [0-9S]*)
		level=${1##*/init.d/rc }
		services "etc/rc${level%% *}.d" '^S'
		;;
	*/etc/*)
		script=/etc/${1#*/etc/}
		lines_of "${script%%[ ;&|]*}" run
		;;
	esac
}

services() { # DIRECTORY NAMES
	for service in $(names "$1" | grep "$2"); do
		lines_of "$1/$service" run
	done
}

lines_of() { # PATH ACTION
	case $1 in etc/*) lines=$1 ;; *) lines=${1#/} ;; esac
	code "$lines" | awk -v path="$lines" -v action="$2" -v OFS='\t' '
		NF { gsub(/\t/, " "); sub(/^ +/, ""); print path, action, $0 }'
}

# Of the commands those that run osconf: FILE ACTION ARGUMENTS
osconf_commands() {
	awk -F '\t' -v OFS='\t' '
		{
			line = $3
			if ($2 == "unit" && line !~ /^ExecStart(Pre|Post)?=/)
				next
			gsub(/\[ [^]]*\]|test -[a-z] [^ ]*|command -v [^ ]*|which [^ ]*/, "", line)
			if (line ~ /^[ \t]*(e?(echo|info|begin|end)|printf|log|logger|description|Description|Documentation|name|pidfile|SyslogIdentifier|#)[ =\t]/)
				next
			line = " " line
			if (!match(line, /[ \t=\/"'\''(&|;!]osconf([ \t;"'\'')&|<>]|$)/))
				next
			rest = substr(line, RSTART + 7)
			sub(/^["'\'']/, "", rest)
			sub(/[;&|<>)"'\''].*/, "", rest)
			gsub(/^[ \t]+|[ \t]+$/, "", rest)
			print $1, $2, rest
		}' "$work/commands"
}
