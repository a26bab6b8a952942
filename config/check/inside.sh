# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034
# In the cage: checks one image. Usage:
#   sh inside.sh TARGET PLATFORM SECONDS QUIET DIR
# TARGET is an absolute path. Prints a line for each rule. DIR, of ours and empty,
# is where all is written: verdicts (the label of each line), finished (the check
# came to its end), and what the files below tell of. It is the current directory,
# so that no tool gets a name of this machine.
set -uf
here=$(dirname "$0")
. "$here/door.sh"
. "$here/formats.sh"
. "$here/disk.sh"
. "$here/tree.sh"
. "$here/tree-ext.sh"
. "$here/tree-others.sh"
. "$here/boot.sh"
. "$here/rules.sh"
. "$here/rules-disk.sh"
. "$here/rules-first.sh"
. "$here/rules-boot.sh"
. "$here/rules-osconf.sh"
. "$here/rules-network.sh"
. "$here/rules-accounts.sh"
. "$here/rules-login.sh"

target=$1 seconds=$3 quiet=$4 work=.
set_platform "$2" || exit
CDPATH='' cd -- "$5" || exit

### Verdicts

# Lines are counted in files: rules may be in subshells
verdict() { # LABEL TEXT
	echo "$1" >>"$work/verdicts"
	echo "$1" >>"$work/said"
	case $quiet$1 in
	yesok | yeshint | yes-) return ;;
	esac
	case $2 in
	*[!\ -~]*) say '%-5s %s: %s\n' "$1" "$rule" "$(safe "$2")" ;;
	*) say '%-5s %s: %.400s\n' "$1" "$rule" "$2" ;;
	esac
}

passes() { # TEXT
	verdict ok "$1"
}

broken() { # WHAT-IS-WRONG-AND-WHAT-TO-DO
	if [ "$severity" = must ]; then
		verdict FAIL "$1"
	else
		verdict hint "$1"
	fi
}

# The same of what was looked for and is not there: if something could not be read, it
# may be
missing() { # WHAT-IS-WRONG-AND-WHAT-TO-DO
	[ -s "$work/trouble" ] || broken "$1"
}

unchecked() { # WHY
	verdict '?' "$1"
}

does_not_apply() { # WHY
	verdict - "$1"
}

# Why a rule can't be judged; its other verdicts stand
trouble() { # WHY
	printf '%s\n' "$1" >>"$work/trouble"
}

# What is read once, for several rules: each of them has the trouble that there was
with_trouble() { # FILE COMMAND [ARGUMENT...]
	cat "$work/trouble" >"$work/trouble.before"
	: >"$work/trouble"
	trouble_of=$1
	shift
	"$@"
	cat "$work/trouble" >"$trouble_of"
	cat "$work/trouble.before" >>"$work/trouble"
}

had_trouble() { # FILE
	[ ! -s "$1" ] || cat "$1" >>"$work/trouble"
}

### Rules

# A rule says what is wrong. If it says nothing, and could read all that it
# wanted to, the image keeps it
check_rule() { # ID SEVERITY WHAT
	rule=$1 severity=$2
	: >"$work/trouble"
	: >"$work/said"
	kept=$3
	function=$1
	while case $function in *-*) true ;; *) false ;; esac do
		function=${function%%-*}_${function#*-}
	done
	"rule_$function" </dev/null
	if [ -s "$work/trouble" ]; then
		unchecked "$(sort -u "$work/trouble" | head -n 1)"
	elif [ ! -s "$work/said" ]; then
		passes "$kept"
	fi
}

check_rules() { # SCOPE...
	rules >"$work/rules"
	for scope; do
		while IFS='|' read -r id of severity what _; do
			[ "$of" != "$scope" ] || check_rule "$id" "$severity" "$what"
		done <"$work/rules"
	done
}

### What is checked

check_directory() {
	: >"$work/trouble"
	open_directory "$target" root
	root=$work/root first='' disk='' initramfs='' boot_trees=$root
	find_initramfs
	tree=$root
	find_known
	[ -z "$(look aliyun_custom_image)" ] || first=$root
	[ -z "$first" ] || check_rules directory
	check_rules root
}

check_disk() {
	rule=format severity=must
	: >"$work/trouble"
	open_image || return
	passes "$format, $(mebibytes "$size") MiB"
	read_partitions
	open_partitions
	check_rules disk first directory
	if [ -n "$root" ]; then
		tree=$root
		find_known
		check_rules root
	elif [ -s "$work/table" ]; then
		rule=root severity=must
		unchecked "$(why_no_root)"
	fi
}

# The worst reason there is
why_no_root() {
	: >"$work/reasons"
	while read -r number _; do
		cat "$work/part$number/trouble" "$work/part$number/unknown" 2>/dev/null
	done <"$work/table" >>"$work/reasons"
	cat "$work/initramfs.trouble" >>"$work/reasons" 2>/dev/null
	[ -s "$work/reasons" ] ||
		echo "no partition has /etc/passwd, and no initramfs was found: give osconf-check the directory of the root file system, too" >"$work/reasons"
	first_line "$work/reasons"
}

set_limits 2>/dev/null
timeout=''
if timeout --foreground 9 true 2>/dev/null; then
	timeout="timeout --foreground -k 2 $seconds"
elif timeout -k 2 9 true 2>/dev/null; then
	timeout="timeout -k 2 $seconds"
fi
: >"$work/verdicts"
if [ -d "$target" ]; then
	check_directory
else
	check_disk
fi
echo yes >"$work/finished"
