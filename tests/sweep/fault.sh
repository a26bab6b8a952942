#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs of osconf with a fault in them, and what must hold afterwards. All of them
# in one machine, which starts anew for each: see fault.pl, which has the starting
# points and the promises.
#
#   fault.sh scenarios                    the starting points
#   fault.sh calls SCENARIO [FAULT]       the system calls of a run without a fault: NAME ORDINAL;
#                                         with FAULT: of the run after one with it
#   fault.sh run SCENARIO [FAULT [FAULT]] what does not hold: after a run with the fault (and a
#                                         second one with another), and after one without
#   fault.sh show SCENARIO [FAULT]        the same; with -v, and what is there after each run
#   fault.sh many                         run, for each line of its input
#   fault.sh faults SCENARIO STEP         such lines: killed at each call, and each STEPth of the
#                                         errors, counted through call by call
#   fault.sh pairs SCENARIO STEP          each STEPth kill, and a fault in the run after it
#
# FAULT: KIND NAME ORDINAL, like EIO openat 3: the third openat() fails with EIO;
# KILL renameat 2: killed when it calls renameat() for the second time
set -u
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

export scratch whole
if [ "${1-}" = scenarios ]; then
	perl "$top/tests/sweep/fault.pl" scenarios
	exit
fi
mkdir "$scratch/machine"
# The disk is an overlay over memory, which osconf can't find: no disk is waited for.
# Where there are none, it is a directory.
# shellcheck disable=SC2016
timeout "${LIMIT:-7200}" unshare ${as_root:+-r} -mnupf --kill-child --mount-proc sh -c '
	cd "$scratch/machine" && mount -t tmpfs machine . && cd "$scratch/machine" && mkdir lower upper work disk || exit
	mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work disk disk 2>/dev/null && mv upper over || {
		cd / && umount "$scratch/machine" && cd "$scratch/machine" && mkdir disk || exit
	}
	mkdir disk/etc disk/first
	mount --bind disk/first /mnt
	mount -t sysfs sysfs /sys
	mount -t tmpfs run /run
	: >kmsg
	mount --bind kmsg /dev/kmsg # or the log of the host would have it
	for n in 0 1; do
		ip link add eth$n type veth peer name peer$n
		ip link set peer$n up
	done
	exec perl "$top/tests/sweep/fault.pl" "$@"' machine "$@"
