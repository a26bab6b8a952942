#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: release.sh [-p] BUILD ARCH...
# Puts what a release page has into BUILD/release/, from what make image (for
# each ARCH, the first one this machine's) and make dist have left in BUILD:
#   osconf-V-ARCH, and packages        the static program (packages.sh)
#   osconf-V-ARCH.qcow2                an image to be uploaded
#   osconf-V-buildroot.tar.gz, osconf-V-yocto.tar.gz, osconf-dist-V.tar.gz, osconf.8
#   osconf-V.tar.gz, osconf-V-sources.tar  the source; with that of busybox, of musl, and
#                                      of all that is in the images
#   FILE.cdx.json                      what is in FILE, as CycloneDX
#   LICENSE, sha256sums; with SIGN=KEY sha256sums.asc
# BUILD/release-notes.md gets this version's part of the changes.
# -p: without images and their sources.
set -eu
umask 022
export LC_ALL=C

images=yes
if [ "$1" = -p ]; then
	images=
	shift
fi
project=$(cd "$(dirname "$0")/../.." && pwd)
here=$project/config/release
build=$1
native=$2
shift
. "$here/origin.sh"
release=$build/release

rm -rf "$release"
mkdir -p "$release"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
: >"$scratch/programs"

musl_of() { # ARCH
	if [ "$1" = "$native" ]; then
		dpkg-query -W -f '${source:Version}' musl-dev 2>/dev/null || :
	else
		cat "$build/cache/$1-linux-musl/musl-version" 2>/dev/null || :
	fi
}

# What is in FILE beside it
list_contents() { # TYPE FILE [ROWS]
	list_type=$1 list_file=$2
	shift 2
	"$here/cyclonedx.sh" "$list_file" "$list_type" "$@" >"$list_file.cdx.json"
}

for arch; do
	bin=$build
	[ "$arch" = "$native" ] || bin=$build/$arch
	MUSL_VERSION=$(musl_of "$arch")
	export MUSL_VERSION
	if [ -n "$MUSL_VERSION" ]; then
		printf 'musl-dev\t\t\t\tmusl\t%s\n' "$MUSL_VERSION" >>"$scratch/programs"
	else
		echo "release.sh: $arch: no musl-dev of Debian here: the source of its C library is left out" >&2
	fi
	install -m 755 "$bin/osconf" "$release/osconf-$version-$arch"
	rm -rf "$scratch/packages"
	"$here/packages.sh" "$bin/osconf" "$arch" "$scratch/packages"
	for file in "$release/osconf-$version-$arch" "$scratch/packages"/*; do
		[ "${file%/*}" = "$release" ] || install -m 644 "$file" "$release/"
		list_contents application "$release/${file##*/}"
	done
	[ -n "$images" ] || continue
	install -m 644 "$build/image/osconf-$arch.qcow2" "$release/osconf-$version-$arch.qcow2"
	list_contents operating-system "$release/osconf-$version-$arch.qcow2" "$build/image/osconf-$arch.contents"
done

# What unpacks into place, and the whole of dist/
archive() { # DIR PREFIX FILE
	cp -R "$1" "$scratch/archive"
	pack "$scratch/archive" "$2" | gzip -9n >"$release/$3"
	rm -rf "$scratch/archive"
	list_contents file "$release/$3"
}
archive "$build/dist/buildroot" osconf-buildroot "osconf-$version-buildroot.tar.gz"
archive "$build/dist/yocto/meta-osconf" meta-osconf "osconf-$version-yocto.tar.gz"
archive "$build/dist" "osconf-dist-$version" "osconf-dist-$version.tar.gz"
install -m 644 "$build/dist/osconf-$name.tar.gz" "$build/dist/osconf.8" "$project/LICENSE" "$release/"
list_contents file "$release/osconf-$name.tar.gz"

# The sources of the programs and CONTENTS, with osconf's own. What is missing is
# named, and is an error
archive_sources() { # CONTENTS...
	missing=0
	rm -rf "$scratch/sources"
	"$here/sources.sh" "$build/cache/sources" "$scratch/sources" "$scratch/programs" "$@" || missing=1
	cp "$release/osconf-$name.tar.gz" "$scratch/sources/"
	printf 'osconf\t%s\t%s\t%s\n' "$name" "osconf-$name.tar.gz" "$(sha256sum <"$release/osconf-$name.tar.gz" | cut -d' ' -f1)" >>"$scratch/sources/SOURCES"
	pack "$scratch/sources" "osconf-$version-sources" >"$release/osconf-$version-sources.tar"
}

status=0
if [ -n "$images" ]; then
	archive_sources "$build"/image/osconf-*.contents
	[ "$missing" = 0 ] || {
		echo "release.sh: the images are left out: without these sources they may not be passed on" >&2
		rm "$release"/*.qcow2*
		archive_sources
		status=1
	}
fi

sed -n "/^## $version\$/,/^## /{ /^## /d; p; }" "$project/.github/CHANGELOG.md" >"$build/release-notes.md"
(cd "$release" && sha256sum -- *) >"$scratch/sums"
install -m 644 "$scratch/sums" "$release/sha256sums"
[ -z "${SIGN-}" ] || gpg --batch --yes --armor --local-user "$SIGN" --output "$release/sha256sums.asc" --detach-sign "$release/sha256sums"
(cd "$release" && ls -l)
exit "$status"
