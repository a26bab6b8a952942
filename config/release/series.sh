#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: series.sh [-m] TO CACHE
# The series as it would be sent to busybox's mailing list, against the newest
# release: the mends of patches/ first, each standing alone; then the applet,
# with what patches/ has for it alone, as one patch; and a cover letter.
# -m: builds the tree after each of them (defconfig, with the patch's own
# options, by gcc) and puts bloat-o-meter's figures into the messages.
set -eu

measure=
if [ "${1-}" = -m ]; then
	measure=yes
	shift
fi
project=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
to=$(cd "$1" && pwd)
cache=$2
release=$(sed -n '$s/.*busybox-\(.*\)\.tar\.bz2/\1/p' "$project/config/build/busybox.sha256")

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
tree=$scratch/tree
objects=$scratch/objects

die() {
	echo "series.sh: $*" >&2
	exit 1
}

quietly() {
	"$@" >"$scratch/log" 2>&1 || {
		tail -n 20 "$scratch/log" >&2
		die "this failed: $*"
	}
}

# Who sends it is who made the last change; nothing of the user's own settings
last_change() { # FORMAT
	git -C "$project" log -1 --format="$1" -- applet patches
}
GIT_AUTHOR_NAME=$(last_change %an)
GIT_AUTHOR_EMAIL=$(last_change %ae)
GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME
GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
GIT_COMMITTER_DATE=$(last_change %aD)
export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_DATE
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1

# Builds the tree with all options that it has by now; the program is kept
build() { # NAME
	[ -n "$measure" ] || return 0
	echo "series.sh: building $1"
	mkdir -p "$objects"
	quietly make -C "$tree" O="$objects" defconfig
	# newer kernel headers have no more what tc needs
	sed -i 's/^CONFIG_TC=y/# CONFIG_TC is not set/' "$objects/.config"
	git -C "$tree" diff begin HEAD | sed -n 's,^+//config:config ,,p' >"$scratch/options"
	while read -r option; do
		sed -i "/^# CONFIG_$option is not set/s/.*/CONFIG_$option=y/" "$objects/.config"
	done <"$scratch/options"
	yes '' | quietly make -C "$objects" oldconfig
	quietly make -C "$objects" -j"$(nproc)" busybox
	cp "$objects/busybox_unstripped" "$scratch/$1"
}

bloat() { # OLD NEW
	"$tree/scripts/bloat-o-meter" "$scratch/$1" "$scratch/$2" | sed 's/  *$//'
}

# The message with the figures: in place of those that go from the line
# "function old new delta" to the end of the paragraph, or behind it. Where
# nothing has changed, its own are of another configuration, and stay
with_figures() {
	if grep -q 'Total: 0 bytes' "$scratch/figures" && grep -q '^function  *old' "$scratch/message"; then
		cat "$scratch/message"
		return
	fi
	awk -v figures="$scratch/figures" '
		function put(   line) { while ((getline line < figures) > 0) print line; done = 1 }
		/^function  *old/ { put(); inside = 1 }
		/^$/ { inside = 0 }
		!inside { print }
		END { if (!done) put() }' "$scratch/message"
}

# Finishes what is committed: measured, if that is wanted
finish_commit() { # BEFORE NAME
	git -C "$tree" log -1 --format=%B >"$scratch/message"
	if [ -n "$measure" ]; then
		build "$2"
		bloat "$1" "$2" >"$scratch/figures"
		with_figures >"$scratch/measured"
		mv "$scratch/measured" "$scratch/message"
	fi
	quietly git -C "$tree" commit --amend --author="$GIT_AUTHOR_NAME <$GIT_AUTHOR_EMAIL>" --cleanup=whitespace -F "$scratch/message"
}

# The text of a patch's message, without subject and figures
reason() { # PATCH
	sed '1,/^Subject:/d; /^function  *old/,$d; /^---$/,$d' "$1"
}

applet_message() {
	cat <<-EOF
		osconf: new applet

		Alibaba Cloud runs no agent in an image that was imported as "Customized
		Linux", and offers it no DHCP. Before an instance boots, it writes one file,
		aliyun_custom_image/os.conf, into the image's first partition, with host
		name, root's password, cards by MAC address, routes and name servers. The
		platform's documentation has a shell script for it, which sources that file
		and knows one distribution.

		osconf reads the file as data, never as a script. It applies it, saves the
		settings for later boots, and removes the file with the password in it. One
		line of inittab is all the network setup an image needs:

		    ::sysinit:/sbin/osconf

		An instance says at its first boot:

		    osconf: root's password is changed
		    osconf: /etc/os.conf: written
		    osconf: /etc/resolv.conf: written
		    osconf: /etc/hosts: written
		    osconf: /etc/hostname: written
		    osconf: hostname iZ23r29djmjZ
		    osconf: lo: 127.0.0.1/8
		    osconf: eth0: 10.171.254.123/24
		    osconf: eth0: route 0.0.0.0/0 via 10.171.254.1

		All files are durable before os.conf goes: after a power cut, the next boot
		reaches the same result.

		Outside its own directory:
	EOF
	for patch in $for_applet; do
		reason "$patch"
	done
}

cover_letter() {
	cat <<-EOF
		The series adds osconf, which sets host name, root's password, cards, routes
		and name servers of an image on Alibaba Cloud, from a file that the platform
		writes into the first partition. Before it come fixes for what osconf met in
		busybox. Each is worth having without osconf; those of update_passwd build on
		each other, and login's on the one that lets any applet change a password.

		osconf is off by default. It sets the network by ioctl and rtnetlink, and
		changes the password by update_passwd(), in its own process: it starts no
		other. testsuite/osconf.tests runs as root or not; as root it tests more.

		It is for busybox $release.
	EOF
	[ -n "$measure" ] || return 0
	echo
	echo "Sizes with each patch's own options turned on ($(uname -m), defconfig without"
	echo "tc, $(gcc --version | head -n 1)):"
	echo
	size_table
}

size_table() {
	echo "     text     data      bss"
	for name in "$release" $mends "$applet"; do
		size "$scratch/$name" | awk -v name="$name" 'NR == 2 { printf "%9d%9d%9d  %s\n", $1, $2, $3, name }'
	done
}

"$project/config/build/unpack-busybox.sh" "$release" "$cache" "$tree"
git -C "$tree" init -q
git -C "$tree" config core.autocrlf false
git -C "$tree" add -Af
quietly git -C "$tree" commit -m "busybox $release"
git -C "$tree" tag begin
build "$release"

# What names osconf's options is for the applet alone; *.before-* are the same
# patches for older releases
for_applet=
mends=
n=0
last=$release
for patch in "$project"/patches/*.patch; do
	case $patch in
	*.before-*) continue ;;
	esac
	if grep -q '^[-+].*OSCONF' "$patch"; then
		for_applet="$for_applet $patch"
		continue
	fi
	n=$((n + 1))
	name=$n-$(basename "$patch" .patch | cut -d- -f2)
	quietly git -C "$tree" am "$patch"
	finish_commit "$last" "$name"
	mends="$mends $name"
	last=$name
done

for patch in $for_applet; do
	quietly git -C "$tree" apply --index "$patch"
done
"$project/config/build/apply.sh" -u "$scratch/stamp" "$tree"
git -C "$tree" add -Af
applet_message >"$scratch/message"
quietly git -C "$tree" commit --date="$GIT_COMMITTER_DATE" --cleanup=whitespace -F "$scratch/message"
applet=$((n + 1))-osconf
finish_commit "$last" "$applet"

rm -f "$to"/*.patch
git -C "$tree" format-patch -q --zero-commit --no-signature --cover-letter -o "$to" begin
cover_letter >"$scratch/message"
sed -i -e "s/\*\*\* SUBJECT HERE \*\*\*/osconf: set up an image on Alibaba Cloud/" \
	-e "/\*\*\* BLURB HERE \*\*\*/{r $scratch/message
		d}" "$to/0000-cover-letter.patch"
ls "$to"
