#!/bin/sh
# Usage: size.sh OBJECTS TREE
# What osconf costs: the applet alone, and in a minimal image that has ifconfig,
# route, chpasswd, mount and findfs anyway; then by function.
set -eu

objects=$1
tree=$2

row() { # NAME FILE
	size "$objects/$2/busybox_unstripped" | awk -v name="$1" -v stripped="$(wc -c <"$objects/$2/busybox")" \
		'NR == 2 { printf "| %-28s | %7d | %6d | %6d | %8d |\n", name, $1, $2, $3, stripped }'
}

echo "| static, ${objects##*/} | text | data | bss | stripped |"
echo "|---|---|---|---|---|"
row "osconf alone" osconf
row "minimal image without osconf" without
row "minimal image with osconf" image
echo
sha256sum "$objects/osconf/busybox" "$objects/image/busybox" | sed "s|$objects/||"
echo
"$tree/scripts/bloat-o-meter" "$objects/without/busybox_unstripped" "$objects/image/busybox_unstripped"
