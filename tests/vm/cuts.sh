# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154
# Power cuts, exactly. QEMU records each write and flush of a boot; the disk is
# then put together again as a cut would have left it (see replay.c): after every
# flush, with nothing, all or any sectors of what was written since. What mends
# such a disk has to come from each of these states to the end that the undisturbed
# boot has come to.
#
# STATES= how many; SEED= which; each is shown with its number when it fails, and
# numbers and SEED give the same disk again.
#
# Sourced by powercut.sh and grow.sh, after lib.sh. $work is a directory of theirs.

: "${STATES:=${FULL:+400}}" "${SEED:=1}"

new_work() { # NAME
	work=$(mktemp -d "$vm/$1.XXXXXX") || exit 1
	trap '[ -z "${qemu_pid-}" ] || kill "$qemu_pid" 2>/dev/null; rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
}

# Boots $work/disk.img with the cards $1 to a login with root's password $2. Leaves
# the disk as it was in $work/base.img, and what was written in $work/log
record_boot() { # MACS PASSWORD
	cp --sparse=always "$work/disk.img" "$work/base.img"
	: >"$work/log"
	vm_start "$work/disk.img" none "$1" \
		-blockdev "driver=file,filename=$work/disk.img,node-name=file,locking=off" \
		-blockdev "driver=file,filename=$work/log,node-name=log" \
		-blockdev driver=blklogwrites,node-name=recorded,file=file,log=log,log-sector-size=512 \
		-device virtio-blk-pci,drive=recorded \
		-kernel "$cache/kernel/vmlinuz" -initrd "$vm/initramfs" -append "root=LABEL=osroot $OPTIONS"
	vm_login "$2" && vm_stop
}

# Runs one_state of $1 (see cuts-init) for each state, in a machine with the cards $2,
# $3 MiB of memory and $4 on the kernel's command line. What it says is in $work/out
try_states() { # FILE MACS MEMORY WORDS
	cc -O2 -static -o "$work/replay" "$here/replay.c" || return
	flushes=$("$work/replay" "$work/log")
	# few of them: from all kinds of states
	states=$((flushes * 5)) step=$((flushes * 5 / STATES))
	[ "$step" != 0 ] || states=$STATES step=1
	mkdir -p "$work/ird/bin" "$work/ird/etc"
	cp "$work/replay" "$cache/e2fsck/sbin/e2fsck.static" "$work/ird/bin"
	install -m 755 "$here/cuts-init" "$work/ird/cuts"
	cp "$here/$1" "$work/ird/state"
	for applet in $("$BUILD/busybox" --list); do
		ln -s busybox "$work/ird/bin/$applet" 2>/dev/null
	done
	echo '::sysinit:/cuts' >"$work/ird/etc/inittab"
	make_initramfs "$work/initramfs" "$work/ird"
	vm_start "$work/base.img" virtio "$2" -drive "file=$work/log,format=raw,if=none,id=log,readonly=on" \
		-device virtio-blk-pci,drive=log -m "$3" -kernel "$cache/kernel/vmlinuz" -initrd "$work/initramfs" \
		-append "$OPTIONS flushes=$flushes states=$states step=$step seed=$SEED $4"
	vm_end 3000
	tr -d '\r' <"$console" >"$work/out"
	count=$(grep -c '^STATE' "$work/out")
	counted=$(sed -n 's/^COUNTED //p' "$work/out")
	early=$(sed -n 's/^EARLY //p' "$work/out")
}

# The end must have each of these lines, and each state must come to it. Power was cut
# only if what the boot does is not done in some of them, and done in others
verdict() { # WHAT LINE...
	what=$1
	shift
	for line in "ALL DONE" "$@"; do
		grep -q "^$line" "$work/out" || {
			echo "FAIL: $what: '$line' is missing"
			tail -n 30 "$work/out" | sed 's/^/    /'
			return
		}
	done
	if [ "${early:-0}" = 0 ] || [ "$early" -ge "$count" ]; then
		echo "FAIL: $what: before the boot had changed anything: ${early:-0} of $count states"
		return
	fi
	bad=$(grep -c '^STATE.*differs' "$work/out")
	if [ "$bad" = 0 ]; then
		echo "PASS: $what"
	else
		echo "FAIL: $what; $bad do not (SEED=$SEED)"
		sed -n '/^STATE.*ok/d; /^STATE/,$p' "$work/out" | head -n 60 | sed 's/^/    /'
	fi
}
