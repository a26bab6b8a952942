#!/bin/sh
# Usage: release.sh BUILD ARCH...
# Puts what a release page has into BUILD/release/, from what make image (for
# each ARCH, the first one this machine's) and make dist have left in BUILD: the
# static programs, the images to be uploaded, dist/ as one file, the source, the
# manual page, and sums of them all.
set -eu

build=$1
here=$2
shift
version=$("$(dirname "$0")/../build/version.sh")
release=$build/release

rm -rf "$release"
mkdir -p "$release"
for arch; do
	bin=$build
	[ "$arch" = "$here" ] || bin=$build/$arch
	install -m 755 "$bin/osconf" "$release/osconf-$version-$arch"
	install -m 644 "$build/image/osconf-$arch.qcow2" "$release/osconf-$version-$arch.qcow2"
done
install -m 644 "$build"/dist/osconf-*.tar.gz "$build/dist/osconf.8" "$release/"
# The same bytes for the same content
tar -C "$build/dist" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --transform "s,^\.,osconf-dist-$version," -cf - . |
	gzip -9n >"$release/osconf-dist-$version.tar.gz"
(cd "$release" && sha256sum -- *) >"$build/release.sums"
mv "$build/release.sums" "$release/sha256sums"
(cd "$release" && ls -l)
