# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2015,SC2034,SC2154
# Directories of this machine, FAT, squashfs and cpio: an index of each, and
# contents by their key

### A directory

# ls prints ? for what is not printable: such names are left out, and told. The
# directory is $tree/files, whatever it is called
open_directory() { # DIR NAME
	tree=$work/$2
	mkdir "$tree"
	ln -s "$1" "$tree/files"
	open_tree directory "$tree/files"
	quoted=-q # busybox's ls does it without being asked
	ls -q . >/dev/null 2>&1 || quoted=''
	(cd "$1" && find . -xdev -name '*[[:cntrl:]]*' -print0 2>/dev/null) | tr '\0\n' '\n?' |
		sed -n 's,/[^/]*$,,; s|^[.]/*||; p' | sort -u >"$tree/strange"
	(cd "$1" && find . -xdev ! -name '*[[:cntrl:]]*' -exec ls -ldn $quoted {} + 2>/dev/null) | head -n 2000000 >"$tree/listing"
	[ "$(wc -l <"$tree/listing")" -lt 2000000 ] || echo "(more than 2000000 files)" >>"$tree/strange"
	index_of_listing '[.]' <"$tree/listing" | wanted >"$tree/index"
	awk -F '\t' -v directories="^($DIRECTORIES)$" '$1 == "d" && $5 ~ directories { print $5 }' "$tree/index" | while IFS= read -r path; do
		[ -r "$tree/files/$path" ] && [ -x "$tree/files/$path" ] || printf '%s\n' "$path"
	done >"$tree/unreadable"
}

# Where a directory on the way has become a link, or the file a FIFO, nothing is read
contents_of_directory() { # ./PATH
	set -- "${1#./}"
	(
		case $1 in */*) way=/${1%/*} ;; *) way='' ;; esac
		CDPATH='' cd -P -- "$tree/files" && top=$(pwd -P) && CDPATH='' cd -P -- ".$way" || exit
		[ "$(pwd -P)" = "${top%/}$way" ] || [ "$(pwd -P)$way" = "$top" ] || exit
		name=${1##*/}
		[ -f "./$name" ] && [ ! -L "./$name" ] && limited cat "./$name"
	)
}

### FAT

# mtools take [, * and ? in a name for a pattern: files called so are not read
open_fat() { # START
	has_tool mdir || return
	open_tree FAT "$disk@@$1"
	limited mdir -/ -a -b -i "$at" :: 2>"$tree/log" | head -c 33554432 | head -n "$FILES_MAX" >"$tree/list"
	! is_late || return
	[ "$(wc -c <"$tree/list")" -lt 33554432 ] && [ "$(wc -l <"$tree/list")" -lt "$FILES_MAX" ] || {
		trouble "its directories have no end"
		return 1
	}
	sed 's,^::/,,' "$tree/list" | awk -v OFS='\t' '
		/\/$/ { sub(/\/$/, ""); print "d", 755, 0, $0, $0; next }
		NF { print "f", 755, "-", $0, $0 }' | wanted >"$tree/index"
	awk '/[\001-\037\177]/ || !/^::\// { print "" }' "$tree/list" | head -n 1 >>"$tree/strange"
	limited mdir -/ -a -i "$at" :: 2>>"$tree/log" | head -c 67108864 >"$tree/listing"
	! is_late || return
	# each directory but the root lists itself and its parent, too
	counted=$(sed -n 's/^ *\([0-9]\{1,9\}\) files\{0,1\}  *[0-9 ]* bytes$/\1/p' "$tree/listing" | tail -n 1)
	listed=$(awk '/\/$/ { n += 2 } NF { n++ } END { print n + 0 }' "$tree/list")
	grep -q ' bytes free$' "$tree/listing" || {
		# nothing at all is in it?
		limited mdir -a -i "$at" :: >"$tree/listing" 2>>"$tree/log"
		grep -q '^No files$' "$tree/listing" && grep -q ' bytes free$' "$tree/listing" || return
	}
	[ "${counted:-0}" = "$listed" ] || {
		trouble "a name in it has control characters, or a directory is damaged"
		return 1
	}
}

contents_of_FAT() { # PATH
	case $1 in
	*[][*?\\]*) trouble "/$1 can't be read" ;;
	*)
		limited mtype -i "$at" "::/$1"
		case $? in
		0 | 141) ;; # SIGPIPE: enough was read
		*) trouble "/$1 can't be read" ;;
		esac
		;;
	esac
}

### squashfs

# unsquashfs prints names as they are. It is asked for those with control
# characters, at each depth; a link's target has the length that its line tells
open_squashfs() { # START
	has_tool unsquashfs || return
	open_tree squashfs "$1"
	unsquash -lln "$disk" 2>"$tree/log" | head -c 134217728 | head -n 1000000 >"$tree/list"
	! is_late || return
	index_of_listing squashfs-root <"$tree/list" >"$tree/raw.index"
	wanted <"$tree/raw.index" >"$tree/index"
	[ -s "$tree/index" ] || return
	set -- '?(.)*[[:cntrl:]]*'
	depth=1
	while [ "$depth" -lt 24 ]; do
		eval "set -- \"\$@\" \"*/\${$depth}\""
		depth=$((depth + 1))
	done
	unsquash -lln "$disk" "$@" 2>/dev/null | grep -v '^d.* squashfs-root[ -~]*$' | head -n 1 >"$tree/odd"
	[ ! -s "$tree/odd" ] && [ "$(wc -l <"$tree/list")" -lt 1000000 ] && [ "$(wc -l <"$tree/list")" = "$(wc -l <"$tree/raw.index")" ] || {
		trouble "a name in it has control characters, or unsquashfs prints what osconf-check does not understand"
		return 1
	}
}

unsquash() { # OPTION... DISK [PATTERN...]
	IFS= read -r at <"$tree/at"
	limited unsquashfs -p 1 -da 64 -fr 64 -o "$at" "$@"
}

contents_of_squashfs() { # NAME-AS-LISTED
	unsquash -no-wildcards -cat "$disk" "/${1#squashfs-root/}"
}

# A list as ls -l prints it, and unsquashfs too -> an index. The date ends with a
# year or a time of day. The root itself is a line of type r
index_of_listing() { # PREFIX-OF-PATHS
	awk -v OFS='\t' -v prefix="$1" '
		function bits(s) { # no powers: busybox may have no libm
			return (s ~ /^r/ ? 4 : 0) + (s ~ /^.w/ ? 2 : 0) + (s ~ /[xst]$/ ? 1 : 0)
		}
		/^[-dlbcps][-rwxsStT]+[.+@]? / {
			type = substr($1, 1, 1)
			mode = bits(substr($1, 2, 3)) bits(substr($1, 5, 3)) bits(substr($1, 8, 3))
			if (!match($0, / (([A-Z][a-z][a-z] +[0-9]+ +)?[0-9][0-9]:[0-9][0-9]|[A-Z][a-z][a-z] +[0-9]+ +[0-9][0-9][0-9][0-9]+) /))
				next
			name = substr($0, RSTART + RLENGTH)
			size = $2 ~ /\// ? $3 : $5
			link = ""
			if (type == "l") {
				at = length(name) - size - 3
				if (size !~ /^[0-9]+$/ || at < 1 || substr(name, at, 4) != " -> ") {
					# /proc: a link without a length
					if (size != "0" || !(at = index(name, " -> ")))
						next
				}
				link = substr(name, at + 4)
				name = substr(name, 1, at - 1)
			}
			path = name
			sub("^" prefix "(/|$)", "", path)
			sub(/^\/+/, "", path)
			if (path ~ /(^|\/)\.\.?(\/|$)/)
				next
			print (type ~ /[bcps]/ ? "o" : type == "-" ? "f" : type), mode, (size ~ /^[0-9]+$/ ? size : 0), name, path, link
		}'
}

### cpio

# Documentation/driver-api/early-userspace/buffer-format.rst. The whole file goes
# through awk once, as lines that end where it has a NUL: archives one behind the
# other, zeros between them. AFTER: where something begins that is no archive
open_cpio() { # FILE
	open_tree cpio "$1"
	tr '\000\n\001' '\n\001\002' <"$1" | awk -v OFS='\t' -v max="$FILES_MAX" -v strange="$tree/strange" -v after="$tree/after" \
		-f "$here/cpio.awk" >"$tree/raw.index"
	wanted <"$tree/raw.index" >"$tree/index"
}

contents_of_cpio() { # OFFSET:SIZE
	tail -c +$((${1%:*} + 1)) "$at" | head -c "${1#*:}"
}
