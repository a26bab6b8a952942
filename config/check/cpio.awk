# Archives of cpio's formats newc and crc -> TYPE MODE SIZE OFFSET:SIZE PATH LINK of
# each member; the last one of a name holds. Input: NUL as newline, newline as \001.
# AFTER gets the offset of what is behind the archives, if anything is, or where one
# ends too early.
# No member is looked for: each stands where the one before it ends

function hex(text,   i, value, digit) {
	value = 0
	for (i = 1; i <= length(text); i++) {
		digit = index("0123456789abcdef", tolower(substr(text, i, 1)))
		if (!digit)
			return -1
		value = value * 16 + digit - 1
	}
	return value
}

function padded(n) {
	return int((n + 3) / 4) * 4
}

BEGIN { want = "header"; begin = next_at = 0 }

{
	line_at = begin
	begin += length($0) + 1
	if (want == "link" && target_at < begin)
		link_in($0)
	if (want == "zeros" && length($0)) {
		next_at = line_at
		if (next_at % 4 == 0 && substr($0, 1, 5) == "07070")
			want = "header"
		else {
			print line_at >after
			want = "nothing"
		}
	}
	while (want == "header" && next_at < begin)
		header_in($0)
	if (want == "nothing")
		exit
}

# struct cpio_newc_header: 6 characters, then numbers of 8: inode, mode, uid, gid,
# nlink, mtime, filesize, devmajor, devminor, rdevmajor, rdevminor, namesize, check
function header_in(line,   head, name) {
	if (next_at < line_at) {
		want = "nothing"
		return
	}
	head = substr(line, next_at - line_at + 1, 110)
	if (head !~ /^07070[12]/ || length(head) < 110 || hex(substr(head, 7)) < 0) {
		print next_at >after
		want = "nothing"
		return
	}
	mode = hex(substr(head, 15, 8))
	size = hex(substr(head, 55, 8))
	name_size = hex(substr(head, 95, 8))
	name = substr(line, next_at - line_at + 111)
	data_at = padded(next_at + 110 + name_size)
	member(name, int(mode / 4096), head)
	if (name == "TRAILER!!!" && size == 0)
		want = "zeros"
}

function member(name, type, head,   path) {
	next_at = padded(data_at + size)
	if (++members > max)
		want = "nothing"
	path = name
	sub(/^(\.?\/)+/, "", path)
	sub(/\/+$/, "", path)
	if (name == "TRAILER!!!" || path == "" || path == ".")
		return
	if (name ~ /[\001-\037\177]/ || length(name) + 1 != name_size || path ~ /(^|\/)\.\.?(\/|$)/) {
		sub(/\/?[^\/]*$/, "", path)
		gsub(/[\001-\037\177]/, "?", path)
		print path >strange
		return
	}
	number = ++entries
	if (path in line_of)
		delete lines[line_of[path]]
	line_of[path] = number
	identity = type == 8 && hex(substr(head, 39, 8)) > 1 ? substr(head, 7, 8) substr(head, 63, 16) : ""
	if (identity != "" && size > 0)
		data_of[identity] = data_at ":" size
	identities[number] = identity
	keys[number] = data_at ":" size
	lines[number] = (type == 4 ? "d" : type == 8 ? "f" : type == 10 ? "l" : "o") OFS \
		(int(mode / 64) % 8) (int(mode / 8) % 8) (mode % 8) OFS size
	paths[number] = path
	if (type == 10 && size > 0 && size < 4096) {
		want = "link"
		target_at = data_at
		targets[number] = ""
	}
}

function link_in(line) {
	targets[number] = substr(line, target_at - line_at + 1, size)
	if (length(targets[number]) != size || targets[number] ~ /[\001-\037\177]/)
		targets[number] = "?"
	want = "header"
}

# Files with several names have their data with the last of them
END {
	for (i = 1; i <= entries; i++) {
		if (!(i in lines))
			continue
		key = keys[i]
		if (identities[i] in data_of && identities[i] != "")
			key = data_of[identities[i]]
		print lines[i], key, paths[i], targets[i]
	}
	if (members > max)
		print "" >strange
	if (want == "header" || want == "link")
		print begin >after
}
