# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154
# ext2, ext3, ext4: the superblock, and the files. debugfs copies inodes and
# directories as they are on the disk, and they are read at their fixed places
# ("ext4 Data Structures and Algorithms", docs.kernel.org/filesystems/ext4): what
# debugfs prints of a name may be more than one line.

DIRECTORY_MAX=1048576 ALL_DIRECTORIES_MAX=33554432

# Sets $superblock, bytes, of partition NUMBER
superblock_of() { # NUMBER
	partition "$1" || return
	superblock=$(bytes_at "$disk" $((start + 1024)) 1024)
}

field_of_superblock() { # OFFSET BYTES
	little_endian "$superblock" "$1" "$2"
}

# Text in it: a label
text_of_superblock() { # OFFSET BYTES
	dd if="$disk" bs=1 skip=$((start + 1024 + $1)) count="$2" 2>/dev/null | tr '\0' '\n' | head -n 1 | tr -c ' -~\n' '?'
}

# Names of the features, as mke2fs has them
features_of_superblock() {
	{
		feature_names 92 has_journal=4 dir_prealloc=1 imagic_inodes=2 ext_attr=8 resize_inode=10 dir_index=20 lazy_bg=40 \
			snapshot_bitmap=100 sparse_super2=200 fast_commit=400 stable_inodes=800 orphan_file=1000
		feature_names 96 compression=1 filetype=2 needs_recovery=4 journal_dev=8 meta_bg=10 extent=40 64bit=80 mmp=100 flex_bg=200 \
			ea_inode=400 dirdata=1000 metadata_csum_seed=2000 large_dir=4000 inline_data=8000 encrypt=10000 casefold=20000
		feature_names 100 sparse_super=1 large_file=2 huge_file=8 uninit_bg=10 dir_nlink=20 extra_isize=40 snapshot=80 quota=100 \
			bigalloc=200 metadata_csum=400 replica=800 read-only=1000 project=2000 shared_blocks=4000 verity=8000 orphan_present=10000
	} | tr '\n' ' '
}

feature_names() { # OFFSET NAME=BIT...
	bits=$(field_of_superblock "$1" 4)
	offset=$1
	shift
	for feature; do
		bit=$((0x${feature#*=}))
		[ $((bits & bit)) = 0 ] || echo "${feature%=*}"
		bits=$((bits & ~bit))
	done
	[ "$bits" = 0 ] || echo "unknown-$offset-$bits"
}

# A file system -> its index, directory by directory, level by level
open_ext() { # START
	has_tool debugfs || return
	open_tree ext "$disk?offset=$1"
	complaint=$(limited debugfs -R quit "$at" 2>>"$tree/log")
	[ -z "$complaint" ] || {
		trouble "the file system is damaged: $complaint"
		return 1
	}
	mkdir "$tree/directories" "$tree/links"
	: >"$tree/raw"
	printf '2\t\n' >"$tree/level"
	levels=0 read_so_far=0
	while [ -s "$tree/level" ] && [ "$levels" -lt "$LEVELS_MAX" ]; do
		levels=$((levels + 1))
		cut -f 1 "$tree/level" >>"$tree/seen"
		directory_entries >"$tree/entries" || return
		# of what is wanted, the inode
		awk -F '\t' -v OFS='\t' '{ print "?", 0, 0, $1, $2 }' "$tree/entries" | wanted >"$tree/wanted"
		with_inodes <"$tree/wanted" >"$tree/found" || return
		cat "$tree/found" >>"$tree/raw"
		[ "$(wc -l <"$tree/raw")" -lt "$FILES_MAX" ] || {
			trouble "it has more than $FILES_MAX files where rules look"
			return 1
		}
		# each directory once: a damaged one may lead back to where it is
		awk -F '\t' -v directories="^($DIRECTORIES)$" -v seen="$tree/seen" '
			BEGIN { while ((getline line < seen) > 0) known[line] = 1 }
			$1 == "d" && $5 ~ directories && !known[$4]++ { print $4 "\t" $5 }' "$tree/found" >"$tree/level"
	done
	[ -s "$tree/raw" ] || return
	grep -q "^l" "$tree/raw" && targets_in_blocks
	awk -F '\t' -v OFS='\t' -v targets="$tree/targets" '
		BEGIN { while ((getline line < targets) > 0) { split(line, field, "\t"); target[field[1]] = field[2] } }
		{ print $1, $2, $3, $4, $5, ($1 != "l" ? "" : ($4 in target) ? target[$4] : $6) }' "$tree/raw" >"$tree/index"
	awk -F '\t' '$1 == "f" && $5 ~ /\.ko(\.[a-z0-9]+)?$/ { print $5 }' "$tree/index" >"$tree/modules"
	awk -F '\t' '$1 == "?" { print $5 }' "$tree/index" >>"$tree/unreadable"
}

# INODE PATH of what is in the directories of $tree/level
directory_entries() {
	sed 's/^\([0-9]*\)\t.*/inode_dump <\1>/; t; d' "$tree/level" >"$tree/requests"
	ask_debugfs | inodes >"$tree/sizes" || return
	[ -s "$tree/sizes" ] || return
	# one that is larger than any directory is not copied
	awk -F '\t' -v max="$DIRECTORY_MAX" '$2 == "d" && $4 <= max { print $1 }' "$tree/sizes" >"$tree/copied"
	[ "$(wc -l <"$tree/copied")" = "$(wc -l <"$tree/level")" ] ||
		trouble "a directory is damaged, or larger than $((DIRECTORY_MAX >> 20)) MiB"
	read_so_far=$(awk -F '\t' -v so_far="$read_so_far" -v max="$DIRECTORY_MAX" '
		$2 == "d" && $4 <= max { so_far += $4 } END { printf "%.0f\n", so_far }' "$tree/sizes")
	[ $((read_so_far > ALL_DIRECTORIES_MAX)) = 0 ] || {
		trouble "its directories are larger than $((ALL_DIRECTORIES_MAX >> 20)) MiB"
		return 1
	}
	sed "s,.*,dump <&> $tree/directories/&," "$tree/copied" >"$tree/requests"
	ask_debugfs >/dev/null || return
	while read -r inode; do
		[ ! -e "$tree/directories/$inode" ] || echo "$tree/directories/$inode"
	done <"$tree/copied" >"$tree/files"
	# of one that is shorter than its inode says, a block can't be read
	xargs wc -c <"$tree/files" | awk -v OFS='\t' -v sizes="$tree/sizes" -v level="$tree/level" -v unreadable="$tree/unreadable" '
		BEGIN {
			while ((getline line < sizes) > 0) { split(line, field, "\t"); if (field[2] == "d") size[field[1]] = field[4] }
			while ((getline line < level) > 0) { split(line, field, "\t"); path[field[1]] = field[2] }
		}
		$2 ~ /\// { n = split($2, part, "/"); print $1, part[n]; read_of[part[n]] = $1 }
		END {
			for (inode in size)
				if (read_of[inode] + 0 != size[inode])
					print path[inode] >>unreadable
		}' >"$tree/lengths"
	[ -s "$tree/files" ] || return
	xargs cat <"$tree/files" | od -An -v -tu1 -w16 | awk -v OFS='\t' -v lengths="$tree/lengths" -v level="$tree/level" \
		-v block="$(block_size_at)" -v inline="$(awk -F '\t' '$6 { printf "%s ", $1 }' "$tree/sizes")" -v strange="$tree/strange" \
		-v unreadable="$tree/unreadable" -f "$here/ext-directory.awk"
	xargs rm -f <"$tree/files"
}

block_size_at() {
	superblock=$(bytes_at "$disk" $((${at##*=} + 1024)) 1024)
	log=$(field_of_superblock 24 4)
	[ "${log:-9}" -le 6 ] 2>/dev/null || log=2
	echo $((1024 << log))
}

# Runs the commands of $tree/requests; each is repeated in the output
ask_debugfs() {
	[ -s "$tree/requests" ] || return 0
	limited debugfs -f "$tree/requests" "$at" 2>>"$tree/log"
}

# debugfs' inode_dump of inodes -> INODE TYPE MODE SIZE TARGET INLINE, separated by
# tabs. TARGET of a short link; INLINE: 1, its contents are in the inode
inodes() {
	awk -v OFS='\t' -f "$here/ext-inode.awk"
}

# Index lines with inodes as keys -> with type, mode, size and short target; of one
# that can't be read, ?
with_inodes() {
	cat >"$tree/bare"
	[ -s "$tree/bare" ] || return 0
	cut -f 4 "$tree/bare" | sort -un | sed 's/.*/inode_dump <&>/' >"$tree/requests"
	ask_debugfs | inodes >"$tree/inodes" || return
	awk -F '\t' -v OFS='\t' -v inodes="$tree/inodes" '
		BEGIN { while ((getline line < inodes) > 0) { split(line, field, "\t"); known[field[1]] = line } }
		!($4 in known) { print; next }
		{
			split(known[$4], field, "\t")
			print field[2], field[3], field[4], $4, $5, field[5]
		}' "$tree/bare"
}

# A longer target is in a block of its own
targets_in_blocks() {
	: >"$tree/targets"
	awk -F '\t' '$1 == "l" && $6 == "" && $3 <= 4096 && !seen[$4]++ { print $4 }' "$tree/raw" >"$tree/long-links"
	sed "s,.*,dump <&> $tree/links/&," "$tree/long-links" >"$tree/requests"
	ask_debugfs >/dev/null
	while read -r inode; do
		target=$(head -c 4096 "$tree/links/$inode" 2>/dev/null | tr '\000-\037\177' '?')
		printf '%s\t%s\n' "$inode" "$target"
	done <"$tree/long-links" >"$tree/targets"
}

contents_of_ext() { # INODE
	limited debugfs -R "cat <$1>" "$at" 2>/dev/null
}

# A module that is in none of the wanted directories: the names of all directories
# are gone through
find_modules_of_ext() {
	printf '2\t\n' >"$tree/level"
	: >"$tree/seen"
	levels=0
	while [ -s "$tree/level" ] && [ "$levels" -lt "$LEVELS_MAX" ] && [ "$(wc -l <"$tree/seen")" -lt "$FILES_MAX" ]; do
		levels=$((levels + 1))
		cut -f 1 "$tree/level" >>"$tree/seen"
		sed 's/\t.*/>/; s/^/ls -p </' "$tree/level" >"$tree/requests"
		ask_debugfs | head -c 268435456 >"$tree/lists"
		awk -F / '/^\/[0-9]+\/10[0-7]+\/[0-9]+\/[0-9]+\/[^\/]*\.ko(\.[a-z0-9]+)?\/[0-9]*\/$/ { print $6 }' "$tree/lists" >>"$tree/modules"
		awk -F / -v seen="$tree/seen" '
			BEGIN { while ((getline line < seen) > 0) known[line] = 1 }
			/^\/[0-9]+\/04[0-7]+\/[0-9]+\/[0-9]+\/[^\/]*\/[0-9]*\/$/ && $6 != "." && $6 != ".." && !known[$2]++ { print $2 "\t" }' "$tree/lists" >"$tree/level"
	done
}
