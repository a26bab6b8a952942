# Directories of ext as they are on the disk, one behind the other -> INODE PATH of
# each entry. Input: od -tu1. LENGTHS: BYTES INODE of each directory, in order;
# LEVEL: INODE PATH of each; block: bytes of a block; inline: the inodes whose
# entries are in the inode, behind the number of the parent; strange: gets the path
# of a directory that has a name with control characters; unreadable: of one that is
# damaged

BEGIN {
	for (i = 32; i < 127; i++)
		character[i] = sprintf("%c", i)
	while ((getline line < level) > 0) {
		split(line, field, "\t")
		path[field[1]] = field[2]
	}
	while ((getline line < lengths) > 0) {
		split(line, field, "\t")
		length_of[++files] = field[1]
		inode_of[files] = field[2]
	}
	split(inline, list, " ")
	for (i in list)
		is_inline[list[i]]
	next_file()
}

function next_file() {
	count = done = 0
	file++
	while (file <= files && length_of[file] == 0)
		file++
}

# Block by block
{
	for (column = 1; column <= NF; column++) {
		byte[count++] = $column
		if (count == block || done + count == length_of[file]) {
			entries(inode_of[file] in is_inline ? 4 : 0, count)
			done += count
			count = 0
			if (done == length_of[file])
				next_file()
		}
	}
}

# struct ext4_dir_entry_2: inode, rec_len, name_len, file_type, name
function entries(at, end,   inode, record, name_length) {
	while (at + 8 <= end) {
		inode = byte[at] + 256 * (byte[at + 1] + 256 * (byte[at + 2] + 256 * byte[at + 3]))
		record = byte[at + 4] + 256 * byte[at + 5]
		if (end == 65536 && (record == 0 || record == 65535))
			record = 65536
		name_length = byte[at + 6]
		if (record < 8 + name_length || record % 4 || at + record > end) {
			print path[inode_of[file]] >>unreadable
			return
		}
		if (inode && name_length)
			entry(inode, at + 8, name_length)
		at += record
	}
}

function entry(inode, at, name_length,   i, name, odd) {
	name = ""
	for (i = at; i < at + name_length; i++) {
		if (byte[i] < 32 || byte[i] == 47 || byte[i] == 127)
			odd = 1
		name = name (byte[i] in character ? character[byte[i]] : "?")
	}
	if (name == "." || name == "..")
		return
	if (odd)
		print path[inode_of[file]] >>strange
	else
		print inode, ((path[inode_of[file]] == "" ? "" : path[inode_of[file]] "/") name)
}
