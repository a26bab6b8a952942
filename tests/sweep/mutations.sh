#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Can the tests fail? Takes a gate out of the applet, builds it, runs the quick
# tests on it, and so on for each line of the table below. A gate whose absence no
# test notices is one that somebody may take out.
#
#   mutations.sh [NAME...]     all of them, or these
#
# Not in the table: physical cards before virtual ones of the same MAC address (all
# cards of a machine in namespaces are virtual: that takes a virtual machine), and the
# order in which disks get what is written (vm/powercut.sh).
#
# BASELINE=: the files that are run without a mutation first, for what fails anyway (all
# quick ones). LIMIT=: seconds for a file of tests (600). It works in build/mutations, where the
# first build takes as long as any first one.
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
: "${BUILD:=$here/build}" "${LIMIT:=600}"
work=$BUILD/mutations
quick="parse settings merge live store backends drive hostile faults"

# NAME|FILE|TESTS THAT SHOULD NOTICE (the others of the quick ones are run if they
# don't); for faults: which starting points|SED
mutations() {
	cat <<'END'
unread saved settings are none|read|faults partial|s/saved->unread = 1;/saved->unread = 0;/
files follow from settings that could not be read|osconf|faults partial ifupdown_later|s/if (o->saved.main.unread)$/if (0)/
os.conf goes though saving has failed|commit|faults first|s/if (!can_save || !is_done(queued))/if (0)/
os.conf goes though the password is not set|commit|faults first|s/return sync_names(c) | password;/return sync_names(c);/
os.conf goes before what it said is durable|commit|store|s/return sync_names(c) | password;/return password;/
a place that is not known is taken|commit|faults first readonly|s/return c->place->known && /return /
an os.conf that can't be removed is not remembered|commit|faults protected|s/set_entry(c->result, c->fresh->file.name, c->fresh->digest);//
an os.conf that was applied is applied again|read|store|s/fresh->applied = .*/fresh->applied = 0;/
os.conf is not overwritten|file|store|s/failed = overwrite(dir, name, NULL, .*/failed = 0;/
os.conf.done stays|commit|store|s/failed |= wipe_file(c->place->osconf_dir, OSCONF_DONE);/{}/
the hash goes into passwd|password|faults first|s/update_field(bb_path_shadow_file, hash)/update_field(bb_path_passwd_file, hash)/
any hash will do|hash|hostile|s/hash \&\& is_password_hash(hash)/1/
os.conf.saved moves without its hash|commit|faults moves|s/if (saved && (c->saved->moves || has_none(root)))/if (0)/
os.conf.saved moves though its hash is not set|commit|faults moves|s/password == 0 || !c->saved->moves/1/
os.conf.saved stays|commit|faults moves|s/if (.*c->saved->moves) {/if (0) {/
a file that a crash left is in the way|replace|store|s/errno == EEXIST && tries++ == 0/0/
a mount point can't be replaced|replace|store|s/r->in_place = exists && is_mount_point(&r->path);/r->in_place = 0;/
replaced files lose their mode|replace|faults first|s/exists ? r->path.st.st_mode & 0755 : 0644/0644/
the umask is that of whoever runs it|osconf|faults first|s/umask(0022);//
a FIFO is read|file|hostile|s/if (check_type(file) != 0)/if (0)/
saved settings behind a link|path|hostile store|s/path->base == FROM_ROOT && S_ISLNK/S_ISLNK/
-s takes the names of osconf's own files|osconf|hostile|s/o->saved_name && check_saved_name(o->saved_name) != 0/0/
two runs do not wait for each other|lock|store lock|s/flock(fd, LOCK_EX | LOCK_NB)/0/
a run that could not wait changes files|osconf|lock|s/o->may_write = !failed/o->may_write = 1/
the partition is mounted for writing at every boot|partition|partition|s/^\treturn dir >= 0$/\treturn dir >= 0; return 0/
what dies in libbb ends osconf|guard|faults first|s/die_func = come_back;//
a stage that dies ends the run|osconf|faults first|s/failed |= result;/failed |= result; if (result == DIED) break;/
lo is a card|cards|live|s/ && !card->loopback//
a port of a bridge is a card|cards|live|s/ && !card->enslaved//
saved settings take another card|osconf|live store|s/o->fresh.valid ? &o->fresh.settings : NULL/\&o->saved.settings/
a second default route as good as the first|plan|live settings|s/metric = LATER_METRIC + goal->card->eth/metric = 0/
routes of old stay|plan|live|s/if (!goal || work->note.i..wanted/if (1/
an address may have any property|kernel|live|s/return flags == IFA_F_PERMANENT/return 1/
a route may have any property|kernel|live|s/!(attributes->types . ~PLAIN)/1/
others may be before ours|plan|live|s/if (r \&\& !in_front)/if (r)/
one try is enough|network|live|s/RUNS = 2/RUNS = 1/
the broadcast address is any|plan|live|s/ && (card->loopback || address->broadcast == broadcast)//
lines in hosts add up|converge|faults child|s/if (!is_ours(old, end - old))/if (1)/
the drive's os.conf is applied at every boot|osconf|drive|s/if (drive.applied || /if (/
the drive's os.conf is remembered though its password is not set|commit|faults drive|s/if (c->fresh->digest && password == 0)/if (c->fresh->digest)/
the drive's os.conf is consumed|commit|drive|s/return !is_drives(fresh) && !(option_mask32/return !(option_mask32/
a hash that crypt() does not know is set|commit|drive|s/try_hash(password) == 0 ? password : NULL/password/
a password of the drive is applied again|osconf|drive|s/drop_known_password(.*);/{}/
another instance's password stays|drive|drive|s/hash, fresh->value\[KEY_INSTANCE_ID\]/hash, ""/
underscores in any host name|value|drive|s/ && underscores)/)/
another card keeps what the old one had|settings|merge|s/whole = other_card ||/whole =/
a refused address takes the saved one away|settings|merge|s/if (!other_card && (fresh/if (0 \&\& (fresh/
another's address stays with a refused one|settings|merge|s/if (!other_card && /if (/
saved settings set a password|settings|merge|s/if (!(row->properties & settings->source))/if (0)/
another program's file is replaced|parse|merge|s/settings->foreign = .*/settings->foreign = 0;/
comments in saved settings are lost|parse|merge|s/comments = stpcpy.*/;/
stars are a password|settings|settings|s/kind == VALUE_PASSWORD && !value/0 \&\& !value/
what 1.0.0 saved is not understood|read|merge|s/take_old_entries(.*);/{}/
a hash that crypt() would not make|hash|drive|s/ && strlen(made) == strlen(hash)//
saved settings that can't be read let a known password be set|commit|drive|s/ && may_be_old(c, can_save))$/ \&\& 0)/
a backend writes without knowing the cards|osconf|faults ifupdown sysconfig|s/o->backend == BACKEND_LIVE || o->kernel.known/1/; s/o->backend != BACKEND_LIVE && o->kernel.known/o->backend != BACKEND_LIVE/
os.conf that stays keeps its password|commit|store faults|s/if (star_osconf(c->place) != 0)/if (1)/
stars before the hash is durable|commit|store|s/ || sync_names(c) != 0)/)/
an entry stays though its file is gone|commit|faults moved applied|s/failed |= drop_old_entries(c);//
what was applied is not removed later|commit|faults applied|s/if (c->fresh->applied && may_be_removed(c->fresh)/if (0/
os.conf.saved that was moved is not removed later|commit|faults moved|s/if (.*c->saved->moved)/if (0)/
settings keep the mode that they had|replace|merge hostile store|s/r->secret = secret;/r->secret = 0;/
another user's link is followed|path|hostile store|s/path->open_to_others && !is_roots(&path->st))/0)/
END
}

say() {
	printf '%s\n' "$*"
}

build() {
	make -C "$work/tree" O="$work/build" >"$work/log" 2>&1
}

# The first test of a file that fails, unless it does so without a mutation
first_failure() { # TESTS [FAULTS]
	t=$1
	shift
	( cd "$work/tree" && BUILD=$work/build TMPDIR=$work/tmp FAULTS=$* timeout "$LIMIT" "$(ls tests/*/"$t".tests)" 2>&1 ) |
		grep '^FAIL: ' | sed 's/ ([0-9]* runs)$//' | grep -vxF -f "$work/known" -m 1
}

# Each command of the script has to change something: prints those that don't
mutate() { # FILE SCRIPT
	printf '%s\n' "$2" | sed 's|; s/|\ns/|g' | while read -r command; do
		sed "$command" "$1" >"$work/mutated"
		! cmp -s "$1" "$work/mutated" || echo "$command"
		cat "$work/mutated" >"$1"
	done
}

# NAME FILE TESTS SED
try() {
	cp -a "$here"/applet/. "$work/tree/applet/"
	idle=$(mutate "$work/tree/applet/$2.c" "$4")
	if [ -n "$idle" ]; then
		say "FAIL: $1: the mutation changes nothing in $2.c: $idle"
		return
	fi
	if ! build; then
		say "FAIL: $1: it does not build"
		tail -n 5 "$work/log" | sed 's/^/    /'
		return
	fi
	rm -rf "$work/tmp"
	mkdir "$work/tmp"
	case $3 in
	faults*)
		# shellcheck disable=SC2086
		found=$(first_failure $3)
		others=$quick
		;;
	*)
		for t in $3; do
			found=$(first_failure "$t")
			[ -z "$found" ] || break
		done
		others=$(for t in $quick; do case " $3 " in *" $t "*) ;; *) echo "$t" ;; esac; done)
		;;
	esac
	for t in $others; do
		[ -z "$found" ] || break
		found=$(first_failure "$t")
		[ -z "$found" ] || found="$found [$t]"
	done
	if [ -n "$found" ]; then
		say "PASS: $1: noticed by ${found#FAIL: }"
	else
		say "FAIL: $1: no quick test notices"
	fi
}

mkdir -p "$work/tree" "$work/build/cache"
cp -a "$here/Makefile" "$here/applet" "$here/config" "$here/patches" "$here/tests" "$work/tree"
cp -a "$BUILD"/cache/busybox-*.tar.bz2 "$work/build/cache" 2>/dev/null
: >"$work/known"
rm -rf "$work/tmp"
mkdir "$work/tmp"
build || {
	tail -n 20 "$work/log"
	exit 1
}
# What fails anyway
for t in ${BASELINE-$quick}; do
	( cd "$work/tree" && BUILD=$work/build TMPDIR=$work/tmp timeout "$LIMIT" "$(ls tests/*/"$t".tests)" 2>&1 ) | grep '^FAIL: ' | sed 's/ ([0-9]* runs)$//'
done >"$work/found"
mv "$work/found" "$work/known"
[ ! -s "$work/known" ] || say "$(wc -l <"$work/known") of the quick tests fail without a mutation"

mutations | while IFS='|' read -r name file tests script; do
	wanted=$#
	for n; do
		[ "$n" != "$name" ] || wanted=0
	done
	[ "$wanted" != 0 ] || try "$name" "$file" "$tests" "$script"
done | tee "$work/results"
! grep -q '^FAIL: ' "$work/results"
