# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Inside a machine (see boot in lib.sh): what it starts with, and what an
# operator would look at.

# Whatever the program does wrong, nothing outside the machine's own directory
# can be changed: not the host's files, and not its devices' names.
# WRITABLE: another directory in which something can be
isolate() {
	for dir in . ${WRITABLE-}; do
		mount --bind "$dir" "$dir" || exit
	done
	cd "$PWD" || exit
	mount -o remount,bind,ro /
	mount -o remount,bind,ro /dev
	mount -t tmpfs tmpfs /run
	mount -t tmpfs tmpfs /tmp
}

start() {
	hostname localhost
	isolate
	mount --bind etc /etc
	mount --bind first /mnt
	mount -t sysfs sysfs /sys
	: >kmsg
	mount --bind kmsg /dev/kmsg # or the host's log would have it
	n=0
	for card in $CARDS; do
		ip link add "${card%%=*}" address "${card#*=}" type veth peer name "peer$n"
		ip link set "peer$n" up
		n=$((n + 1))
	done
}

addresses() {
	ip -o -4 addr | sed 's/^[0-9]*: *\([^ ]*\) *inet \([^ ]*\).*/\1 \2/'
}

# Without those that come with the addresses
routes() {
	ip route show table main | sed 's/ *$//; / src /d; s/ scope link//; s/ linkdown//' | sort
}

state() {
	echo "hostname $(hostname)"
	addresses
	routes
}

# What glibc says of a password, not busybox
password_is() {
	perl -e '
		open F, "/etc/shadow"; my ($root) = grep /^root:/, <F>; my $field = (split /:/, $root)[1];
		print crypt($ARGV[0], $field) eq $field ? "password is $ARGV[0]\n" : "password is not $ARGV[0]\n"' "$1"
}

# The names in aliyun_custom_image
left() {
	ls -A /mnt/aliyun_custom_image
}

# Runs a command and prints those of its system calls that change something:
# files, host name, cards
changes() {
	strace -o trace -e trace=file,desc,network,sethostname,process "$@"
	grep -E -e 'O_(WRONLY|RDWR|CREAT)' -e '^(rename|unlink|mkdir|link|symlink|chmod|chown|truncate|sethostname)' \
		-e 'SIOC(S|ADD|DEL)' -e '^sendto.*RTM_(NEW|DEL)' -e '^(fork|vfork|clone|execve)' trace |
		sed '1{/^execve/d}; /^openat.*\/dev\/null/d'
}
