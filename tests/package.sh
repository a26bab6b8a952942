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

# A root of its own in $cache/$1 with the packages that follow and all that
# they depend on. Their maintainer scripts are not run.
get_root() {
	[ ! -d "$cache/$1" ] || return 0
	root=$cache/$1
	shift
	rm -rf "$root.new" "$root.debs"
	mkdir -p "$root.new" "$root.debs"
	: >"$root.debs/status" # nothing is installed yet
	(
		cd "$root.debs" &&
			apt-get -q -s --no-install-recommends -o Dir::State::status="$PWD/status" install "$@" >plan &&
			sed -n 's/^Inst \([^ ]*\).*/\1/p' plan | xargs apt-get -q download &&
			for deb in *.deb; do dpkg -x "$deb" "$root.new" || exit; done
	) >"$root.log" 2>&1 || {
		tail -n 3 "$root.log" >&2
		echo "apt-get download $* failed" >&2
		return 1
	}
	rm -r "$root.debs" "$root.log"
	mv "$root.new" "$root"
}
