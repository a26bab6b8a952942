#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Worlds: machines made from a line of text or a seed, in which osconf runs and an
# oracle judges what comes out. All of them in one machine of namespaces, which is
# made anew for each: see World.pm for what a world may have, Oracle.pm for what
# has to come out, Judge.pm for what must hold.
#
#   worlds.sh dimensions        what a world may have; the first value is the ordinary one
#   worlds.sh draw N SEED       that seed's world N, as a line
#   worlds.sh run 'WORLD'       one world: what does not hold
#   worlds.sh show 'WORLD'      the same, with what is there after each run
#   worlds.sh many COUNT SEED   so many worlds on two cores (PARTS=), each violation brought down
#                               to what it takes; SECONDS_MAX=180: for so long at most. KNOWN=FILE:
#                               lines of it are skipped, and what is found is added;
#                               STOP=1: each core stops at the first;
#                               GIVEN='first=vfat,device_vfat': only worlds with one of these
#   worlds.sh kept <FILE        each of these lines
set -u
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

here=$top/tests/worlds
case ${1-} in
dimensions | draw)
	exec perl "$here/worlds.pl" "$@"
	;;
esac

# The machine: nothing outside the scratch directory can be written
# shellcheck disable=SC2016
machine() { # PART COMMAND...
	mkdir -p "$scratch/$1"
	scratch="$scratch/$1" BUILD=$BUILD top=$top whole=$whole timeout "${LIMIT:-36000}" unshare -mnupf --kill-child --mount-proc sh -c '
		cd "$scratch" && hostname localhost && mount --make-rprivate / && mount --bind . . && cd "$scratch" || exit
		mount -o remount,bind,ro / && mount -o remount,bind,ro /dev || exit
		[ -z "${KNOWN-}" ] || { k=$(dirname "$KNOWN"); mount --bind "$k" "$k"; mount -o remount,bind,rw "$k"; }
		mount -t tmpfs run /run && mount -t tmpfs tmp /tmp && mount -t sysfs sysfs /sys || exit
		shift; exec perl "$top/tests/worlds/worlds.pl" "$@"' machine "$@"
}

case ${1-} in
many)
	shift
	parts=${PARTS:-2} part=0 pids=
	while [ "$part" -lt "$parts" ]; do
		machine "part$part" many "${1:-1000}" "${2:-1}" "${SECONDS_MAX:-0}" "$part" "$parts" &
		pids="$pids $!" part=$((part + 1))
	done
	status=0
	for pid in $pids; do
		wait "$pid" || status=1
	done
	exit "$status"
	;;
*)
	machine one "$@"
	;;
esac
