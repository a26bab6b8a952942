#!/bin/sh
# Usage: size.sh OBJECTS TREE TABLE
# What osconf costs: the applet alone, and in a minimal image that has ifconfig,
# route, chpasswd, mount and findfs anyway; then by function. The table is left
# in TABLE; with UPDATE=1 in README.md, too.
set -eu

objects=$1
tree=$2
table=$3

text() { # CONFIGURATION
	size "$objects/$1/busybox_unstripped" | awk 'NR == 2 { print $1 }'
}

row() { # NAME CONFIGURATION
	size "$objects/$2/busybox_unstripped" | awk -v name="$1" -v without="$3" \
		-v stripped="$(wc -c <"$objects/$2/busybox")" 'NR == 2 {
			printf "| %s | %d | %d | %d | %d | %s |\n", name, $1, $2, $3, stripped, without ? sprintf("%+d", $1 - without) : "" }'
}

without=$(text without)
release=${objects##*/}
{
	echo "$(uname -m), busybox ${release%%-*}, ${release#*-}, static, bytes:"
	echo
	echo "| | text | data | bss | stripped file | text, for osconf |"
	echo "|---|---|---|---|---|---|"
	row "\`build/osconf\`, the applet alone" osconf ""
	row "minimal image without osconf" without ""
	row "with osconf" main "$without"
	row "with all its parts (\`-c\`, \`-b\`): \`build/busybox\`" image "$without"
} >"$table"
cat "$table"
echo
sha256sum "$objects/osconf/busybox" "$objects/image/busybox" | sed "s|$objects/||"
echo
"$tree/scripts/bloat-o-meter" "$objects/without/busybox_unstripped" "$objects/image/busybox_unstripped"
[ -z "${UPDATE-}" ] || "$(dirname "$0")/readme.sh" size "$table"
