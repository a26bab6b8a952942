# What debugfs' inode_dump prints -> INODE TYPE MODE SIZE TARGET INLINE of each inode.
# Its lines are an offset in octal, eight groups of two bytes, and characters; a
# line of * stands for repeated ones

function hex(text,   i, value) {
	for (i = 1; i <= length(text); i++)
		value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
	return value
}

function little_endian(at, bytes,   i, value) {
	for (i = bytes - 1; i >= 0; i--)
		value = value * 256 + hex(substr(image, 2 * (at + i) + 1, 2))
	return value
}

function tell(   mode, type, size, inline, target, i, code) {
	if (inode == "" || length(image) < 256)
		return
	mode = little_endian(0, 2)
	type = int(mode / 4096)
	size = little_endian(4, 4) + little_endian(108, 4) * 4294967296
	inline = int(little_endian(32, 4) / 268435456) % 2
	target = ""
	if (type == 10 && size < 60)
		for (i = 0; i < size; i++) {
			code = hex(substr(image, 2 * (40 + i) + 1, 2))
			target = target (code >= 32 && code < 127 ? sprintf("%c", code) : "?")
		}
	print inode, (type == 4 ? "d" : type == 8 ? "f" : type == 10 ? "l" : "o"),
		(int(mode / 64) % 8) (int(mode / 8) % 8) (mode % 8), sprintf("%.0f", size), target, inline
}

/^debugfs: inode_dump </ {
	tell()
	inode = $3
	gsub(/[<>]/, "", inode)
	image = last = ""
	next
}

/^\*/ {
	repeated = 1
	next
}

# 40 and 100 (octal) are what is read farthest: 16 bytes each, to 128
/^[0-7][0-7][0-7][0-7]+ / {
	at = 0
	for (i = 1; i <= length($1); i++)
		at = at * 8 + substr($1, i, 1)
	groups = substr($0, length($1) + 3, 39)
	gsub(/ /, "", groups)
	while (repeated && length(image) < 2 * at && length(image) < 512)
		image = image last
	repeated = 0
	if (length(image) == 2 * at)
		image = image groups
	last = groups
}

END { tell() }
