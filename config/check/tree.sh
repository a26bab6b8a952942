# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154
# A file system -> its files. Of each there is an index, made once; contents are
# read one by one, by the key that the index has. Nothing of the image is written
# anywhere under a name of its own.
#
# $tree is the directory of the file system that is looked at:
#   kind, at    how it is read, and where
#   index       TYPE MODE SIZE KEY PATH LINK of each file, separated by tabs; paths
#               without the first slash, and only of directories in which a rule may
#               look for something. TYPE is d, f, l, o (others), ? (can't be read)
#   modules     NAME of each module of the kernel, wherever it is
#   strange     directories in which a name or a link has control characters
#   unreadable  what can't be read, or not all of it, for its user or for damage
#   texts/N     text of the file in line N of the index; N.trouble: what is wrong
#               with it

FILES_MAX=200000 LEVELS_MAX=32 TEXT_MAX=1048576 TEXTS_MAX=16777216

# Directories whose entries are wanted, as extended regular expressions: where there are
# configurations; and others, with homes
CONFIGURATIONS='(boot|etc|EFI|efi|grub2?|syslinux|extlinux|isolinux|loader|rauc)(/.*)?|(usr/)?lib(/(init|modules|preinit|systemd|netifd|NetworkManager)(/.*)?)?'
HOMES='([^/]*|(home|opt|srv|usr|var|var/home|var/lib)/[^/]*)'
DIRECTORIES="$CONFIGURATIONS|$HOMES|$HOMES/[.]ssh|usr/local/s?bin"

# Lines of an index that are well formed -> those of files in wanted directories.
# Modules are kept by name
wanted() {
	read -r kind <"$tree/kind"
	awk -F '\t' -v directories="^($DIRECTORIES)$" -v max="$FILES_MAX" -v modules="$tree/modules" -v strange="$tree/strange" -v fold="$kind" '
		BEGIN { if (fold == "FAT") directories = tolower(directories) }
		$5 ~ /[\001-\037\177]/ || $5 == "" || NF < 5 { next }
		$1 == "f" && $5 ~ /\.ko(\.[a-z0-9]+)?$/ { print $5 >modules }
		{ dir = fold == "FAT" ? tolower($5) : $5; if (!sub("/[^/]*$", "", dir)) dir = "" }
		dir != "" && dir !~ directories { next }
		++n > max { if (n == max + 1) print "(more than " max " files)" >>strange; next }
		{ print }'
}

open_tree() { # KIND AT
	at=$2
	echo "$1" >"$tree/kind"
	printf '%s\n' "$2" >"$tree/at"
	: >"$tree/index"
	: >"$tree/modules"
	: >"$tree/strange"
	: >"$tree/unreadable"
	mkdir "$tree/texts"
}

# The contents of a file by its key, MAX bytes at most
contents() { # KEY MAX
	read -r kind <"$tree/kind"
	IFS= read -r at <"$tree/at"
	"contents_of_$kind" "$1" 2>>"$tree/log" | head -c "$2"
}

### What rules ask

# What PATH is, links followed as they lead in the image: TYPE MODE SIZE KEY PATH
# LINE, separated by tabs, of each; nothing for one that is not there
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
				if (++links > 40 || length(rest) > 8192)
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
			line[path] = field[1] OFS field[2] OFS field[3] OFS field[4] OFS field[5] OFS (++lines)
			link[path] = field[1] == "l" ? field[6] : ""
		}
	}'

# Sets what PATH is: $file_type, $file_mode, $file_size, $file_key, $file_path,
# $file_line. Returns 1 if it is not there
find_file() { # PATH
	case $known in
	*"$NEWLINE$tree:$1$TAB"*)
		found=${known#*"$NEWLINE$tree:$1$TAB"}
		found=${found%%"$NEWLINE"*}
		;;
	*) found=$(look "$1") ;;
	esac
	[ -n "$found" ] || {
		[ ! -s "$tree/unreadable" ] || is_hidden "$1"
		return 1
	}
	IFS=$TAB read -r file_type file_mode file_size file_key file_path file_line _ <<-END
		$found
	END
	[ "$file_type" != '?' ] || trouble "/$file_path can't be read"
}

# What is below a directory that can't be read is not "not there"
is_hidden() { # PATH
	while IFS= read -r unreadable; do
		case /${1#/} in "${unreadable:+/}$unreadable"/*) trouble "/$unreadable can't be read" ;; esac
	done <"$tree/unreadable"
}

# What many rules ask for, asked for at once: $known has lines of TREE:PATH and
# what it is, or nothing
known=''
find_known() {
	set -- etc/inittab etc/shells etc/rc.local etc/rc.d/rc.local etc/init.d etc/init.d/rcS etc/rcS.d etc/rc.d \
		etc/systemd/system etc/runlevels/boot etc/runlevels/default lib/systemd/systemd usr/lib/systemd/systemd \
		etc/network/interfaces etc/network/interfaces.d etc/config/network etc/sysconfig/network-scripts etc/netplan \
		etc/ssh etc/ssh/sshd_config etc/ssh/sshd_config.d etc/dropbear etc/dropbear/run etc/fstab etc/passwd etc/shadow \
		etc/os.conf etc/machine-id var/lib/dbus/machine-id etc/resolv.conf etc/dropbear/authorized_keys \
		root/.ssh/authorized_keys root/.ssh/authorized_keys2 lib/preinit/80_mount_root etc/default/osconf \
		bin/sh /bin/sh sbin/init sbin/osconf usr/sbin/osconf aliyun_custom_image
	read -r kind <"$tree/kind"
	# a link to a directory in which nobody looks hides what is below it
	known=$NEWLINE$(printf '%s\n' "$@" | awk -F '\t' -v OFS='\t' -v index_file="$tree/index" -v fold="$kind" -v tree="$tree" \
		-v unreadable="$tree/unreadable" -v configurations="^($CONFIGURATIONS|usr)$" "$RESOLVE"'
		BEGIN {
			for (place in link) {
				if (link[place] == "" || place !~ configurations)
					continue
				found = resolve(place)
				if (found == "" && place ~ /^(boot|etc|lib|usr|etc\/(config|conf[.]d|default|init[.]d|network|rc[.]d|runlevels|ssh|systemd))$/)
					print place >>unreadable
				if (found != "" && line[found] ~ /^d/ && found !~ configurations)
					print place >>unreadable
			}
		}
		{ found = resolve($0); print tree ":" $0, (found == "" ? "" : line[found]) }')$NEWLINE
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
	path=$1 awk -F '\t' '$5 == ENVIRON["path"]' "$tree/index"
}

# Text of a regular file to stdout, CR and NUL taken out. Returns 1 if it is not
# there
text() { # PATH
	read_text "$1" && tr -d '\r' <"$cached"
}

# The same without comments
code() { # PATH
	! read_text "$1" || tr -d '\r' <"$cached.code"
}

# The same with CR, where who reads it takes that for a part of the last word: init,
# a shell, login
exact_text() { # PATH
	! read_text "$1" || cat "$cached"
}

exact_code() { # PATH
	! read_text "$1" || cat "$cached.code"
}

# Each is read once: sets $cached, its name here. Returns 1 if it is not there
read_text() { # PATH
	find_file "$1" || return
	[ "$file_type" != o ] || trouble "/$file_path is no file"
	[ "$file_type" = f ] || return
	cached=$tree/texts/$file_line
	if [ ! -e "$cached" ]; then
		: >"$cached.trouble"
		: >"$cached.code"
		: >"$work/late"
		[ -e "$work/texts" ] || echo 0 >"$work/texts"
		read -r so_far <"$work/texts"
		: >"$work/raw"
		[ "$so_far" -gt "$TEXTS_MAX" ] || contents "$file_key" $((TEXT_MAX + 1)) >"$work/raw"
		taken=$(wc -c <"$work/raw")
		echo $((so_far + taken)) >"$work/texts"
		if [ "$so_far" -gt "$TEXTS_MAX" ]; then
			echo "what is read of it has more than $((TEXTS_MAX >> 20)) MiB" >"$cached.trouble"
		elif is_late; then
			cat "$work/late" >"$cached.trouble"
		elif [ "$taken" -gt "$TEXT_MAX" ]; then
			echo "/$file_path has more than $((TEXT_MAX >> 10)) KiB" >"$cached.trouble"
		elif is_number "$file_size" && [ $((taken < file_size)) = 1 ]; then
			echo "/$file_path can't be read" >"$cached.trouble"
		fi
		tr -d '\000' <"$work/raw" | awk '
			length > 16384 { print "a line of it is too long" >too_long; $0 = substr($0, 1, 16384) }
			{ print }
			!/^[ \t]*#/ { print >code }' too_long="$cached.trouble" code="$cached.code" >"$cached"
	fi
	[ ! -s "$cached.trouble" ] || trouble "$(cat "$cached.trouble")"
}

# Whether a file of any size has these bytes
has_bytes() { # PATH TEXT
	find_file "$1" && [ "$file_type" = f ] || return
	contents "$file_key" 67108864 >"$work/bytes"
	! is_number "$file_size" || [ $((file_size > 67108864 || $(wc -c <"$work/bytes") >= file_size)) = 1 ] || trouble "/$file_path can't be read"
	tr '\0' '\n' <"$work/bytes" | grep -q -e "$2"
}

# Names in a directory, in their order
names() { # DIR
	find_file "$1" && [ "$file_type" = d ] || return 0
	! grep -qxF -e "$file_path" "$tree/strange" || trouble "a name in /$file_path has control characters"
	! grep -qxF -e "$file_path" "$tree/unreadable" || trouble "/$file_path can't be read"
	dir=$file_path/ awk -F '\t' '
		BEGIN { dir = ENVIRON["dir"] }
		index($5, dir) == 1 {
			name = substr($5, length(dir) + 1)
			if (name != "" && name !~ /\//)
				print name
		}' "$tree/index" | sort
}

# Whether a directory is one of those in which something is wanted
is_looked_at() { # DIRECTORY
	printf '%s\n' "$1" | grep -qE "^($DIRECTORIES)$"
}

# Whether PATH may be there where nobody looks: that of the next directory above it
# that is there
is_out_of_sight() { # PATH
	way=$1
	while case $way in */*) true ;; *) false ;; esac do
		way=${way%/*}
		there=$(look "$way" | cut -f 5)
		[ -z "$there" ] || {
			! is_looked_at "$there"
			return
		}
	done
	return 1
}

# Paths that a pattern of a configuration's names, as in its Include; a directory in
# which nobody looks is trouble
files_like() { # PATTERN DIRECTORY-WHERE-IT-BEGINS
	case $1 in /*) pattern=${1#/} ;; *) pattern=$2/$1 ;; esac
	directory=${pattern%/*} last=${pattern##*/}
	if is_out_of_sight "$pattern" || case $directory\|$last in *[*?[]*\|* | *\|*\**\**\**) true ;; *) false ;; esac; then
		trouble "/$pattern is not read here"
		return
	fi
	names "$directory" | while IFS= read -r name; do
		# shellcheck disable=SC2254
		case $name in $last) printf '%s\n' "$directory/$name" ;; esac
	done
}

# Paths that match an extended regular expression. FAT does not mind the case
matching() { # EXPRESSION
	strange_directory='' hidden_directory=''
	[ ! -s "$tree/strange" ] || strange_directory=$(grep -E -e "^($CONFIGURATIONS|[(].*)?$" "$tree/strange" | head -n 1)
	[ -z "$strange_directory" ] || trouble "a name in /$strange_directory has control characters"
	[ ! -s "$tree/unreadable" ] || hidden_directory=$(grep -E '^(|boot|EFI|grub2?|loader|(usr/)?lib(/(modules|systemd).*)?|usr|etc(/(default|conf[.]d|config|dropbear|init[.]d|network|rc.*|runlevels|ssh|systemd)(/.*)?)?)$' "$tree/unreadable" | head -n 1)
	[ -z "$hidden_directory" ] || trouble "/$hidden_directory can't be read"
	read -r kind <"$tree/kind"
	awk -F '\t' -v expression="$1" -v fold="$kind" '
		BEGIN { if (fold == "FAT") expression = tolower(expression) }
		(fold == "FAT" ? tolower($5) : $5) ~ expression { print $5 }' "$tree/index"
}
