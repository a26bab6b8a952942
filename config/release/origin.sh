# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced with $project: where this source comes from, for names and dates that are
# the same wherever a release is made.
#   version   1.1.0
#   name      what is not the commit of the tag vVERSION has its own: 1.1.0-0123456789
#   date      of the last change of applet or patches, as mails have it
#   SOURCE_DATE_EPOCH  of the commit

# shellcheck disable=SC2154
version=$("$project/config/build/version.sh")

# A tarball that was unpacked inside some repository is not of that one
is_repository() {
	[ "$(git -C "$project" rev-parse --show-toplevel 2>/dev/null)" = "$(cd "$project" && pwd -P)" ]
}

# What the project's own tarballs have: make_source writes it
origin=$project/config/release/origin
if is_repository; then
	date=$(git -C "$project" log -1 --format=%aD -- applet patches)
	SOURCE_DATE_EPOCH=$(git -C "$project" log -1 --format=%ct)
	name=$version
	[ "$(git -C "$project" describe --tags --exact-match --dirty 2>/dev/null)" = "v$version" ] || {
		name=$version-$(git -C "$project" rev-parse --short=10 HEAD)
		git -C "$project" diff --quiet HEAD || name=$name-dirty
	}
elif [ -f "$origin" ]; then
	date=$(sed -n 's/^date=//p' "$origin")
	SOURCE_DATE_EPOCH=$(sed -n 's/^epoch=//p' "$origin")
	name=$(sed -n 's/^name=//p' "$origin")
else
	# An archive that a forge has made: its files have the commit's time
	SOURCE_DATE_EPOCH=$(stat -c %Y "$project/Makefile")
	date=$(date -u -R -d "@$SOURCE_DATE_EPOCH")
	name=$version-unknown
fi
export SOURCE_DATE_EPOCH

# The source in DIR: of the commit, or of a tarball's tree without what was built
make_source() { # DIR
	mkdir -p "$1"
	if is_repository; then
		git -C "$project" archive HEAD | tar -xf - -C "$1"
	else
		(cd "$project" && find . -mindepth 1 -maxdepth 1 ! -name build ! -name .git -exec cp -R {} "$1" \;)
	fi
	printf '%s\n' "name=$name" "date=$date" "epoch=$SOURCE_DATE_EPOCH" >"$1/config/release/origin"
}

# DIR's files below PREFIX, to stdout: the same bytes whoever makes it, and when
pack() { # DIR PREFIX
	chmod -R u=rwX,go=rX "$1"
	tar -C "$1" --sort=name --format=gnu --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
		--transform "s,^\.,$2,S" -cf - .
}
