#!/bin/sh
# One run of osconf with a fault in it, and what must hold afterwards.
#
#   fault.sh calls SCENARIO                  the system calls of a run without one: NAME ORDINAL
#   fault.sh end SCENARIO                    what comes out without one, for the others to compare
#   fault.sh one SCENARIO FAULT NAME ORDINAL prints what does not hold
#   fault.sh two SCENARIO NAME ORDINAL NAME ORDINAL
#                                            killed, and killed again in the run that follows
#
# SCENARIO: classic (the documentation's os.conf) or again (a later boot)
# FAULT: KILL or an error like EIO
set -u
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

# Undisturbed, and what there is at its end: this has to come out, whatever
# happened before
end='osconf -q -d /mnt; echo "status $?"
	state; password_is qwer1234
	sed "s/^root:[^:]*:[0-9]*:/root:HASH:DAY:/" /etc/shadow
	cat /etc/passwd /etc/hostname /etc/resolv.conf /etc/os.conf
	cd /etc; stat -c "%a %n" *[!-]; cd /; left
	echo root:changed | busybox chpasswd -c sha512 >/dev/null 2>&1; password_is changed'

prepare() {
	cd "$scratch" || exit 2
	make_disk "$fixtures/classic.conf"
	[ "$1" = classic ] || boot 'osconf -q -d /mnt'
}

# Which of the promises about one moment do not hold
broken_promises() { # STATUS LOG
	for file in passwd shadow; do
		grep -q ^root: etc/$file || echo "root is gone from /etc/$file"
	done
	grep -q '^daemon:\*:19000:0:99999:7:::$' etc/shadow || echo "/etc/shadow is not whole"
	[ -e first/aliyun_custom_image/os.conf ] || {
		grep -q '^root:[$]6' etc/shadow || echo "os.conf is gone, but the password is not in /etc/shadow"
		grep -q "^eth1_route=" etc/os.conf 2>/dev/null || echo "os.conf is gone, but its settings are not saved"
	}
	case $1 in
	0) ;;
	1) [ -s "$2" ] || echo "status 1, and no message" ;;
	137) ;;
	*) echo "ended with status $1" ;;
	esac
}

inject() { # NAME ORDINAL FAULT
	case $3 in
	KILL) echo "$1:signal=SIGKILL:when=$2" ;;
	*) echo "$1:error=$3:when=$2" ;;
	esac
}

run_with() { # INJECTION: runs osconf with it, then shows the end in the same boot
	boot "timeout 60 strace -qq -o trace -e inject=$1 osconf -q -d /mnt 2>log; echo \$? >status
		state; password_is qwer1234" >after 2>&1
}

want=$BUILD/test/end.$2
mkdir -p "$BUILD/test"
case $1 in
calls)
	prepare "$2"
	boot 'strace -qq -o trace osconf -q -d /mnt'
	# execve and exit are strace's own business, arch_prctl is libc's before main
	awk '{ split($0, a, "("); if (a[1] ~ /^[a-z0-9_]+$/ && a[1] !~ /^(execve|exit|exit_group|arch_prctl)$/) print a[1], ++n[a[1]] }' trace
	;;
end)
	prepare "$2"
	boot "$end" >"$want" 2>&1
	cat "$want"
	;;
one)
	prepare "$2"
	run_with "$(inject "$4" "$5" "$3")"
	status=$(cat status)
	broken_promises "$status" log
	if [ "$status" = 0 ]; then
		sed -n '2,/^password/p' "$want" | cmp -s - after || echo "status 0, but not all was done"
		[ -z "$(ls first/aliyun_custom_image)" ] || echo "status 0, but os.conf is still there"
	fi
	boot "$end" >actual 2>&1
	diff "$want" actual >difference || {
		echo "the next run comes to another end:"
		sed 's/^/    /' difference
	}
	;;
two)
	prepare "$2"
	run_with "$(inject "$3" "$4" KILL)"
	run_with "$(inject "$5" "$6" KILL)"
	broken_promises "$(cat status)" log
	boot "$end" >actual 2>&1
	diff "$want" actual || :
	;;
esac
