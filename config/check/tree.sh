# shellcheck shell=sh disable=SC2034,SC2154
# A file system -> its files. Of each there is an index, made once; contents are
# read one by one, by the name or number that the index has. Nothing of the image is
# written anywhere under a name of its own.
#
# $tree is the directory of the file system that is looked at:
#   kind, at    how it is read, and where
#   index       TYPE (d, f, l, o) MODE SIZE KEY PATH LINK of each file, separated
#               by tabs; paths without the first slash, and only of directories
#               in which a rule may look for something

TAB='	'
FILES_MAX=200000 LEVELS_MAX=32 TEXT_MAX=1048576

# Directories whose entries are wanted, as an extended regular expression
DIRECTORIES='aliyun_custom_image|(boot|etc|EFI|efi|grub2?|syslinux|extlinux|isolinux|loader|rauc)(/.*)?|bin|sbin'\
'|usr|usr/(local/)?s?bin|usr/local|(usr/)?lib(64|exec)?|(usr/)?lib/(modules|preinit|systemd|netifd)(/.*)?'\
'|root|home|home/[^/]*|(root|home/[^/]*|var/[^/]*)/[.]ssh|var|var/lib|var/lib/dbus|run|tmp'

# A line of an index that is well formed, of a file in a wanted directory
wanted() {
	awk -F '\t' -v directories="^($DIRECTORIES)$" -v max="$FILES_MAX" '
		$5 ~ /[\001-\037\177]/ || NF < 5 || NR > max { next }
		{ dir = $5; if (!sub("/[^/]*$", "", dir)) dir = "" }
		dir == "" || dir ~ directories'
}

### Each kind of file system: an index, and a file by its key

open_tree() { # KIND AT
	at=$2
	echo "$1" >"$tree/kind"
	printf '%s\n' "$2" >"$tree/at"
	: >"$tree/index"
}

open_directory() { # DIR NAME
	tree=$work/$2
	mkdir "$tree"
	ln -s "$1" "$tree/files" # its own name may have a newline
	open_tree directory "$tree/files"
	(cd "$1" && find . -xdev -exec ls -ldn {} + 2>/dev/null) | index_of_listing '[.]' | wanted >"$tree/index"
}

# Level by level, since debugfs lists one directory: ls -p prints
# /INODE/MODE/UID/GID/NAME/SIZE/
open_ext() { # START
	has_tool debugfs || return
	open_tree ext "$disk?offset=$1"
	: >"$tree/raw"
	printf '2\t\n' >"$tree/level"
	levels=0
	while [ -s "$tree/level" ] && [ "$levels" -lt "$LEVELS_MAX" ]; do
		levels=$((levels + 1))
		sed 's/\t.*/>/; s/^/ls -p </' "$tree/level" >"$tree/requests"
		limited debugfs -f "$tree/requests" "$at" >"$tree/lists" 2>>"$tree/log" || return
		[ "$(wc -l <"$tree/raw")" -lt "$FILES_MAX" ] || break
		awk -v OFS='\t' -v level="$tree/level" '
			BEGIN { while ((getline line < level) > 0) { split(line, field, "\t"); inode[++last] = field[1]; path[last] = field[2] } }
			$0 == "debugfs: ls -p <" inode[at + 1] ">" { at++; next }
			/^\/[0-9]+\/[0-7]+\/[0-9]+\/[0-9]+\/[^\/]+\/[0-9]*\/?$/ {
				split($0, field, "/")
				if (field[6] == "." || field[6] == ".." || field[2] == "0")
					next
				type = substr(field[3], 1, 2)
				type = type == "04" ? "d" : type == "10" ? "f" : type == "12" ? "l" : "o"
				print type, substr(field[3], 4), field[7] == "" ? 0 : field[7], field[2], (path[at] == "" ? "" : path[at] "/") field[6]
			}' "$tree/lists" | wanted >"$tree/found"
		cat "$tree/found" >>"$tree/raw"
		# each directory once: a damaged one may lead back to where it is
		awk -F '\t' -v directories="^($DIRECTORIES)$" -v seen="$tree/seen" '
			BEGIN { while ((getline line < seen) > 0) known[line] = 1 }
			$1 == "d" && $5 ~ directories && !known[$4]++ { print $4 "\t" $5 }' "$tree/found" >"$tree/level"
		cut -f 1 "$tree/level" >>"$tree/seen"
	done
	grep -q 'ls -p <2>' "$tree/requests" && [ ! -s "$tree/raw" ] && return 1
	# a short target is in the inode, a longer one in a block
	grep '^l' "$tree/raw" | awk -F '\t' '{ print "stat <" $4 ">"; print "cat <" $4 ">"; print "pwd" }' >"$tree/requests"
	limited debugfs -f "$tree/requests" "$at" 2>/dev/null |
		awk '
			/^debugfs: stat </ { inode = $3; gsub(/[<>]/, "", inode); next }
			/^Fast link dest: "/ { s = $0; sub(/^Fast link dest: "/, "", s); sub(/"$/, "", s); print inode "\t" s; inode = ""; next }
			/^debugfs: cat </ { wait = inode != ""; next }
			wait { s = $0; sub(/debugfs: pwd$/, "", s); print inode "\t" s; wait = 0 }' >"$tree/targets"
	awk -F '\t' -v OFS='\t' '
		FILENAME == ARGV[1] { target[$1] = $2; next }
		{ print $1, $2, $3, $4, $5, $1 == "l" ? target[$4] : "" }' "$tree/targets" "$tree/raw" >"$tree/index"
}

open_fat() { # START
	has_tool mdir || return
	open_tree FAT "$disk@@$1"
	limited mdir -/ -b -i "$at" :: 2>"$tree/log" | head -n "$FILES_MAX" |
		sed 's,^::/,,' | awk -v OFS='\t' '
			/\/$/ { sub(/\/$/, ""); print "d", 755, 0, $0, $0; next }
			NF { print "f", 755, 0, $0, $0 }' | wanted >"$tree/index"
	limited mdir -i "$at" :: >"$tree/listing" 2>>"$tree/log"
}

open_squashfs() { # START
	has_tool unsquashfs || return
	open_tree squashfs "$1"
	limited unsquashfs -o "$1" -lln "$disk" 2>"$tree/log" | head -n "$FILES_MAX" |
		index_of_listing squashfs-root >"$tree/raw.index"
	wanted <"$tree/raw.index" >"$tree/index"
	[ -s "$tree/index" ]
}

open_cpio() { # FILE
	has_tool cpio || return
	open_tree cpio "$1"
	limited cpio -itvn --quiet <"$1" 2>"$tree/log" | head -n "$FILES_MAX" |
		index_of_listing '[.]' >"$tree/raw.index"
	wanted <"$tree/raw.index" >"$tree/index"
	[ -s "$tree/index" ]
}

# A list as ls -l prints it, and unsquashfs and cpio too -> an index. The date
# ends with a year or a time of day
index_of_listing() { # PREFIX-OF-PATHS
	awk -v OFS='\t' -v prefix="$1" '
		function bits(s) { # no powers: busybox may have no libm
			return (s ~ /^r/ ? 4 : 0) + (s ~ /^.w/ ? 2 : 0) + (s ~ /[xst]$/ ? 1 : 0)
		}
		/^[-dlbcps][-rwxsStT]+[.+@]? / {
			type = substr($1, 1, 1)
			mode = bits(substr($1, 2, 3)) bits(substr($1, 5, 3)) bits(substr($1, 8, 3))
			size = $2 ~ /\// ? $3 : $5
			name = $0
			if (!sub(/^.*[0-9] (([A-Z][a-z][a-z] +[0-9]+ +)?[0-9][0-9]:[0-9][0-9]|[A-Z][a-z][a-z] +[0-9]+ +[0-9]+) /, "", name))
				next
			link = ""
			if (type == "l" && (at = index(name, " -> "))) {
				link = substr(name, at + 4)
				name = substr(name, 1, at - 1)
			}
			path = name
			sub("^" prefix "(/|$)", "", path)
			sub(/^\/+/, "", path)
			if (path == "" || path ~ /(^|\/)\.\.?(\/|$)/)
				next
			print type ~ /[bcps]/ ? "o" : type == "-" ? "f" : type, mode, size ~ /^[0-9]+$/ ? size : 0, name, path, link
		}'
}

# To stdout, TEXT_MAX at most unless there is a second argument
contents() { # KEY-OR-PATH [SIZE-MAX]
	read -r kind <"$tree/kind"
	IFS= read -r at <"$tree/at"
	case $kind in
	directory) cat "$at/$1" ;;
	ext) limited debugfs -R "cat <$1>" "$at" 2>/dev/null ;;
	FAT) limited mtype -i "$at" "::/$1" ;;
	squashfs) limited unsquashfs -o "$at" -no-wildcards -cat "$disk" "${1#squashfs-root/}" ;;
	cpio) limited cpio -i --quiet --to-stdout "$(printf '%s' "$1" | sed 's/[][*?\\]/\\&/g')" <"$at" ;;
	esac 2>>"$tree/log" | head -c "${2:-$TEXT_MAX}"
}

### What rules ask

# What PATH is, links followed as they lead in the image: TYPE MODE SIZE KEY PATH,
# separated by tabs, of each; nothing for one that is not there
look() { # PATH...
	read -r kind <"$tree/kind"
	printf '%s\n' "$@" | awk -F '\t' -v OFS='\t' -v index_file="$tree/index" -v fold="$kind" "$RESOLVE"'
		{ found = resolve($0); if (found != "") print line[found] }'
}

# The index in awk. FAT does not mind the case
RESOLVE='
	function name_of(path) { return fold == "FAT" ? tolower(path) : path }
	function resolve(rest,   at, part, path, links, next_path) {
		path = ""
		while (rest != "") {
			at = index(rest, "/")
			part = at ? substr(rest, 1, at - 1) : rest
			rest = at ? substr(rest, at + 1) : ""
			if (part == "" || part == ".")
				continue
			if (part == "..") {
				if (!sub("/[^/]*$", "", path))
					path = ""
				continue
			}
			next_path = (path == "" ? "" : path "/") name_of(part)
			if (!(next_path in line))
				return ""
			if (link[next_path] != "") {
				if (++links > 40)
					return ""
				if (link[next_path] ~ /^\//)
					path = ""
				rest = link[next_path] "/" rest
			} else {
				path = next_path
			}
		}
		return path
	}
	BEGIN {
		while ((getline entry < index_file) > 0) {
			split(entry, field, "\t")
			path = name_of(field[5])
			line[path] = field[1] OFS field[2] OFS field[3] OFS field[4] OFS field[5]
			link[path] = field[1] == "l" ? field[6] : ""
		}
	}'

# Sets what PATH is: $file_type, $file_mode, $file_key, $file_path. Returns 1 if
# it is not there
find_file() { # PATH
	case $known in
	*"$NEWLINE$tree:$1$TAB"*)
		found=${known#*"$NEWLINE$tree:$1$TAB"}
		found=${found%%"$NEWLINE"*}
		;;
	*) found=$(look "$1") ;;
	esac
	[ -n "$found" ] || return
	old_ifs=$IFS IFS=$TAB
	set -f
	# shellcheck disable=SC2086
	set -- $found
	set +f
	IFS=$old_ifs
	file_type=$1 file_mode=$2 file_key=$4 file_path=$5
}

# What many rules ask for, asked for at once: $known has lines of TREE:PATH and
# what it is, or nothing
known=''
NEWLINE='
'
find_known() {
	set -- etc/inittab etc/securetty etc/shells etc/rc.local etc/rc.d/rc.local etc/init.d etc/init.d/rcS etc/rcS.d etc/rc.d \
		etc/systemd/system etc/runlevels/boot etc/runlevels/default lib/systemd/systemd usr/lib/systemd/systemd \
		etc/network/interfaces etc/network/interfaces.d etc/config/network etc/sysconfig/network-scripts etc/netplan \
		etc/ssh etc/ssh/sshd_config etc/ssh/sshd_config.d etc/dropbear etc/dropbear/run etc/fstab etc/passwd etc/shadow \
		etc/os.conf etc/machine-id var/lib/dbus/machine-id etc/resolv.conf etc/dropbear/authorized_keys \
		root/.ssh/authorized_keys root/.ssh/authorized_keys2 lib/preinit/80_mount_root \
		bin/sh /bin/sh sbin/init sbin/osconf usr/sbin/osconf aliyun_custom_image
	read -r kind <"$tree/kind"
	known=$NEWLINE$(printf '%s\n' "$@" | awk -F '\t' -v OFS='\t' -v index_file="$tree/index" -v fold="$kind" -v tree="$tree" "$RESOLVE"'
		{ found = resolve($0); print tree ":" $0, found == "" ? "" : line[found] }')$NEWLINE
}

look_type() { # PATH
	! find_file "$1" || echo "$file_type"
}

exists() { # PATH
	find_file "$1"
}

# Those of these paths that are there
existing() { # PATH...
	look "$@" | cut -f 5
}

# The entry itself, also of a link: TYPE MODE SIZE KEY PATH LINK
entry() { # PATH
	awk -F '\t' -v path="$1" '$5 == path' "$tree/index"
}

# Contents of the file that find_file has found
contents_found() { # SIZE-MAX
	read -r kind <"$tree/kind"
	if [ "$kind" = directory ]; then
		IFS= read -r at <"$tree/at"
		[ -r "$at/$file_path" ] || trouble "/$file_path can't be read"
		contents "$file_path" "$1"
	else
		contents "$file_key" "$1"
	fi
}

# Text of a regular file to stdout, CR and NUL taken out. Returns 1 if it is not
# there. Each is read once: $tree/texts has it under its path, / as %
text() { # PATH
	set -f
	old_ifs=$IFS IFS=/
	# shellcheck disable=SC2086
	set -- "$1" $1
	IFS=%
	wanted_path=$1
	shift
	cached=$tree/texts/$*
	IFS=$old_ifs
	set +f
	[ ! -e "$cached.none" ] || return
	[ -d "$tree/texts" ] || mkdir "$tree/texts"
	if [ ! -e "$cached" ]; then
		[ -d "$tree/texts" ] || mkdir "$tree/texts"
		if ! find_file "$wanted_path" || [ "$file_type" != f ]; then
			: >"$cached.none"
			return 1
		fi
		contents_found "$TEXT_MAX" | tr -d '\000\r' | awk 1 >"$cached"
	fi
	cat "$cached"
}

# The same without comments
code() { # PATH
	text "$1" | sed '/^[[:space:]]*#/d'
}

# Whether a file of any size has these bytes
has_bytes() { # PATH TEXT
	find_file "$1" && [ "$file_type" = f ] || return
	contents_found 67108864 | tr '\0' '\n' | grep -q "$2"
}

# Names in a directory, in their order
names() { # DIR
	find_file "$1" && [ "$file_type" = d ] || return 0
	awk -F '\t' -v dir="$file_path/" '
		index($5, dir) == 1 {
			name = substr($5, length(dir) + 1)
			if (name != "" && name !~ /\//)
				print name
		}' "$tree/index" | sort
}

# Paths that match an extended regular expression
matching() { # EXPRESSION
	awk -F '\t' -v expression="$1" '$5 ~ expression { print $5 }' "$tree/index"
}
