# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Debian's packages for $ARCH, unpacked but not installed: for the image, and for
# tests that run others' programs. Sourced behind apt.sh where ARCH may be another
# than the machine's

: "${BUILD:=$top/build}" "${ARCH:=$(uname -m)}"
cache=$BUILD/cache
case $ARCH in
x86_64) debian_arch=amd64 ;;
aarch64) debian_arch=arm64 ;;
*)
	echo "package.sh: ARCH=$ARCH: x86_64 or aarch64" >&2
	exit 1
	;;
esac
[ "$ARCH" = "$(uname -m)" ] || cache=$cache/$ARCH
mkdir -p "$cache"

# Lists of $ARCH's packages, if that is not the machine's
get_lists() {
	[ "$ARCH" = "$(uname -m)" ] || [ -n "${APT_CONFIG-}" ] || foreign_apt "$cache/apt" "$debian_arch" >/dev/null
}

# What a .deb is and comes from, for lists of contents: package, version,
# architecture, sha256 of the .deb, its source package, that one's version
record_deb() { # FILE
	# the signed kernel's source is in Built-Using
	dpkg-deb -f "$1" Package Version Architecture Source Built-Using | awk -v sum="$(sha256sum <"$1" | cut -d' ' -f1)" '
		{ key = $1; sub(/^[^ ]* /, ""); value[key] = $0 }
		END {
			from = value["Built-Using:"] != "" ? value["Built-Using:"] : value["Source:"]
			sub(/,.*/, "", from)
			name = from != "" ? from : value["Package:"]
			sub(/ .*/, "", name)
			version = from ~ /\(/ ? from : value["Version:"]
			gsub(/.*\((= )?|\).*/, "", version)
			print value["Package:"] "\t" value["Version:"] "\t" value["Architecture:"] "\t" sum "\t" name "\t" version
		}'
}

# Debian's package $1 in $cache/$2, and what it is in $cache/$2.contents. Two tests
# may want the same one at once
get_package() {
	[ ! -d "$cache/$2" ] || [ ! -f "$cache/$2.contents" ] || return 0
	get_lists
	(
		flock 9
		[ ! -d "$cache/$2" ] || [ ! -f "$cache/$2.contents" ] || exit 0
		rm -rf "$cache/$2.new"
		mkdir -p "$cache/$2.new"
		(cd "$cache/$2.new" && apt-get -q download "$1" >apt.log 2>&1 && dpkg -x ./*.deb . &&
			record_deb ./*.deb >"$cache/$2.contents" && rm ./*.deb) || {
			cat "$cache/$2.new/apt.log" >&2
			echo "apt-get download ${1:-a kernel} failed" >&2
			exit 1
		}
		rm -rf "${cache:?}/$2"
		mv "$cache/$2.new" "$cache/$2"
	) 9>"$cache/.lock"
}

# A root of its own in $cache/$1 with the packages that follow and all that
# they depend on. Their maintainer scripts are not run. $cache/$1.contents has what
# they are, $cache/$1.files whose each file is
get_root() {
	[ ! -d "$cache/$1" ] || [ ! -f "$cache/$1.contents" ] || return 0
	get_lists
	root=$cache/$1
	shift
	rm -rf "$root.new" "$root.debs" "$root" "$root.contents" "$root.files"
	mkdir -p "$root.new" "$root.debs"
	: >"$root.debs/status" # nothing is installed yet
	(
		cd "$root.debs" &&
			apt-get -q -s --no-install-recommends -o Dir::State::status="$PWD/status" install "$@" >plan &&
			sed -n 's/^Inst \([^ ]*\).*/\1/p' plan | xargs apt-get -q download &&
			for deb in *.deb; do
				dpkg -x "$deb" "$root.new" && record_deb "$deb" >&3 || exit
				dpkg-deb --fsys-tarfile "$deb" | tar -tf - | sed "s,^,$(dpkg-deb -f "$deb" Package) ," >>"$root.files"
			done
	) >"$root.log" 2>&1 3>"$root.contents" || {
		tail -n 3 "$root.log" >&2
		echo "apt-get download $* failed" >&2
		return 1
	}
	rm -r "$root.debs" "$root.log"
	mv "$root.new" "$root"
}

# The package that a metapackage stands for today
package_behind() {
	apt-cache depends "$1" 2>/dev/null | sed -n 's/.*Depends: //p' | head -n 1
}

# The kernel of Debian's metapackage $1 (its one for clouds) in $cache/$2 (kernel),
# and its image in vmlinuz there
get_kernel() {
	set -- "${1:-linux-image-cloud-$debian_arch}" "${2:-kernel}"
	[ ! -e "$cache/$2/vmlinuz" ] || [ ! -f "$cache/$2.contents" ] || return 0
	get_lists
	# a machine without package lists
	[ -n "$(package_behind "$1")" ] || [ "$(id -u)" != 0 ] || apt-get -q update >/dev/null
	get_package "$(package_behind "$1")" "$2" &&
		ln -f "$cache/$2"/boot/vmlinuz-* "$cache/$2/vmlinuz"
}
