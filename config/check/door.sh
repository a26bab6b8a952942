# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154,SC3045
# The door: whatever is read of an image passes here before anything is done with
# it.
#   numbers  are read from fixed places of a structure, or are digits
#   names    go to a tool only behind --, or below a path of ours, and never as a
#            pattern (set -f; patterns are escaped), nor by awk -v, which makes a new
#            line of \n
#   text     that is shown is printable ASCII, and short
#   tools    run by limited(), and what they write is cut off at a length

# $(( )) of bash runs what stands in a subscript; a posix bash counts ulimit -f
# in 512 bytes, as others do
# shellcheck disable=SC3040
(set -o posix) 2>/dev/null && set -o posix

TAB='	'
NEWLINE='
'

### Text

# That of dash makes a new line of \n, and ends at \c
echo() { # TEXT...
	printf '%s\n' "$*"
}

# What is no printable ASCII is shown as ?, and 400 characters are enough
safe() { # TEXT
	case $1 in
	*[!\ -~]*) printf '%.400s' "$1" | tr -c ' -~' '?' ;;
	*) printf '%.400s' "$1" ;;
	esac
}

# Who reads no further (head) is no error
say() { # FORMAT ARGUMENT...
	# shellcheck disable=SC2059
	printf "$@" 2>/dev/null
}

### Numbers

# Digits, and so few that every shell can calculate with them
is_number() { # TEXT
	case $1 in
	'' | *[!0-9]*) false ;;
	*) [ "${#1}" -le 18 ] ;;
	esac
}

# Without the zeros that would make it octal
decimal() { # DIGITS
	number=$1
	while case $number in 0?*) true ;; *) false ;; esac do
		number=${number#0}
	done
	echo "$number"
}

# COUNT bytes at OFFSET of a file: words of two hexadecimal digits
bytes_at() { # FILE OFFSET COUNT
	if [ "$3" -ge 512 ] && [ $(($2 % 512)) = 0 ]; then
		dd if="$1" bs=512 skip=$(($2 / 512)) count=$(($3 / 512)) 2>/dev/null
	else
		dd if="$1" bs=1 skip="$2" count="$3" 2>/dev/null
	fi | od -An -v -tx1
}

# The same in one word
hex_at() { # FILE OFFSET COUNT
	# shellcheck disable=SC2046
	printf %s $(bytes_at "$@")
}

# Hexadecimal digits -> a number; empty if it has more than 60 bits, which nothing
# in an image needs
hex_number() { # DIGITS
	case $1 in
	'' | *[!0-9a-f]* | [1-9a-f]???????????????) ;;
	*) echo $((0x$1)) ;;
	esac
}

# A big-endian number there
number_at() { # FILE OFFSET COUNT
	hex_number "$(hex_at "$1" "$2" "$3")"
}

# A little-endian number out of bytes; empty if they are not there
little_endian() { # BYTES OFFSET COUNT
	digits='' last=$(($2 + $3)) offset=$2
	# shellcheck disable=SC2086
	set -- $1
	[ $# -ge "$last" ] || return 0
	shift "$offset"
	while [ "$offset" -lt "$last" ]; do
		digits=$1$digits offset=$((offset + 1))
		shift
	done
	hex_number "$digits"
}

mebibytes() {
	echo $(($1 >> 20))
}

### Tools

# Limits of this process and what it starts: no core, memory, time on the CPU,
# size of a file (a disk is made by convert(), which lifts this one), processes
set_limits() {
	ulimit -c 0
	ulimit -v 2097152 && ulimit -t $((2 * seconds)) && ulimit -S -f 4194304 &&
		{ ulimit -u 4096 2>/dev/null || ulimit -p 4096; }
}

# Runs a tool. If $seconds were not enough, what it was for could not be checked,
# and $work/late says so
limited() { # COMMAND [ARGUMENT...]
	# shellcheck disable=SC2086
	$timeout "$@"
	ended=$?
	case $ended in
	124 | 137 | 143 | 152)
		late="$1 took more than $seconds s: osconf-check -t SEC gives it more"
		echo "$late" >"$work/late"
		trouble "$late"
		;;
	153) trouble "$1 wrote more than 2 GiB" ;;
	esac
	return "$ended"
}

is_late() {
	[ -s "$work/late" ]
}

# Is TOOL here? If not, what it was needed for has not been checked
has_tool() { # TOOL
	command -v "$1" >/dev/null && return
	case $1 in
	sfdisk) package=fdisk ;;
	qemu-img) package=qemu-utils ;;
	mdir | mtype) package=mtools ;;
	debugfs) package=e2fsprogs ;;
	unsquashfs) package=squashfs-tools ;;
	xz) package=xz-utils ;;
	blockdev) package=util-linux ;;
	*) package=$1 ;;
	esac
	trouble "$1 is not on this machine: apt-get install $package (Debian's name)"
	return 1
}

# Half of what is free below $work, in bytes; all, if nothing tells
half_free() {
	free=$(df -Pk . 2>/dev/null | awk 'NR == 2 && $4 ~ /^[0-9]+$/ { printf "%.0f\n", $4 / 2 }')
	echo $((${free:-1073741824} * 1024))
}

# Without the version that debugfs begins with, and what qemu-img was told
first_line() { # FILE
	sed -n "/^debugfs [0-9]/d; s/'json:[^']*'/it/; /./{p;q;}" "$1" 2>/dev/null | head -c 300
}
