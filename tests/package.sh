# shellcheck shell=sh
# Debian's packages, unpacked but not installed, for tests that run others'
# programs

: "${BUILD:=$top/build}"
cache=$BUILD/cache
mkdir -p "$cache"

# Debian's package $1 in $cache/$2
get_package() {
	[ ! -d "$cache/$2" ] || return 0
	rm -rf "$cache/$2.new"
	mkdir -p "$cache/$2.new"
	(cd "$cache/$2.new" && apt-get -q download "$1" >apt.log 2>&1 && dpkg -x ./*.deb . && rm ./*.deb) || {
		cat "$cache/$2.new/apt.log" >&2
		echo "apt-get download ${1:-linux-image-cloud-amd64} failed" >&2
		return 1
	}
	mv "$cache/$2.new" "$cache/$2"
}
