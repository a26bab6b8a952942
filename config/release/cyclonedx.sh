#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: cyclonedx.sh FILE TYPE [ROWS]
# Prints what is in the artefact FILE as CycloneDX 1.6. TYPE is its component's type
# (application, operating-system, file). Each holds osconf, busybox and musl; ROWS has
# Debian's packages beside them, as record_deb prints them. The same for the same
# content: serial number and time follow from it.
set -eu
export LC_ALL=C

project=$(cd "$(dirname "$0")/../.." && pwd)
file=$1
type=$2
rows=${3:-/dev/null}
. "$project/config/release/origin.sh"
busybox=$(sed -n 's/^BUSYBOX_VERSION ?= //p' "$project/Makefile")
busybox_sum=$(sed -n "s/  busybox-$busybox\.tar\.bz2\$//p" "$project/config/build/busybox.sha256")
: "${MUSL_VERSION=}"
sum=$(sha256sum <"$file" | cut -d' ' -f1)
uuid=$(echo "$sum" | sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.\{12\}\).*/\1-\2-5\3-8\4-\5/')

component() { # TYPE NAME VERSION PURL LICENCE SHA256
	printf '    {"type": "%s", "bom-ref": "%s", "name": "%s", "version": "%s"' "$1" "$4" "$2" "$3"
	[ -z "$6" ] || printf ', "hashes": [{"alg": "SHA-256", "content": "%s"}]' "$6"
	[ -z "$5" ] || printf ', "licenses": [{"license": {"id": "%s"}}]' "$5"
	printf ', "purl": "%s"}' "$4"
}

components() {
	component application osconf "$name" "pkg:generic/osconf@$name" GPL-2.0-only ''
	[ "$type" = file ] && return
	printf ',\n'
	component application busybox "$busybox" "pkg:generic/busybox@$busybox" GPL-2.0-only "$busybox_sum"
	[ -z "$MUSL_VERSION" ] || {
		printf ',\n'
		component library musl "$MUSL_VERSION" "pkg:deb/debian/musl@$MUSL_VERSION" MIT ''
	}
	while read -r package version arch deb_sum rest; do
		printf ',\n'
		component library "$package" "$version" \
			"pkg:deb/debian/$package@$(echo "$version" | sed 's/:/%3A/; s/+/%2B/g')?arch=$arch" '' "$deb_sum"
	done <"$rows"
}

cat <<END
{
  "bomFormat": "CycloneDX",
  "specVersion": "1.6",
  "serialNumber": "urn:uuid:$uuid",
  "version": 1,
  "metadata": {
    "timestamp": "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)",
    "component": {"type": "$type", "bom-ref": "${file##*/}", "name": "${file##*/}", "version": "$version",
      "hashes": [{"alg": "SHA-256", "content": "$sum"}]}
  },
  "components": [
$(components)
  ]
}
END
