/* vi: set sw=4 ts=4: */
/*
 * osconf: a minimal image -> the instance that os.conf describes.
 *
 * The data flow, one file for each stage:
 *
 *   lock.c        a lock                                  -> only one run at a time
 *   partition.c   the first partition (device.c, mount.c, ufs.c) -> directory of os.conf
 *   place.c       file systems of /etc                    -> where settings are saved
 *   drive.c       the config drive                        -> directory of its os.conf
 *   read.c        saved settings, os.conf                 -> settings
 *     volatile.c    settings next to os.conf                -> saved settings
 *     parse.c       text                                    -> values of the known keys
 *     settings.c    values (value.c)                        -> checked; merged; text again
 *     applied.c     a file that can't be removed            -> whether it has been applied
 *   kernel.c      rtnetlink                               -> cards, addresses, routes
 *   cards.c       described interfaces                    -> their cards in the kernel
 *     root.c        described interfaces                    -> the cards of another machine
 *   converge.c    settings                                -> files derived from them
 *     backend*.c    a plan                                  -> files of another network system
 *   commit.c      settings                                -> durable; os.conf consumed
 *     save.c        settings                                -> their file
 *     commit_password.c  os.conf's password                 -> /etc/shadow, or the settings
 *     password.c    hash (hash.c)                           -> /etc/shadow
 *     consume.c     os.conf                                 -> gone, or without its password
 *     print_commit.c  all of that                           -> what would be done (dry run)
 *   network.c     settings                                -> the kernel has what they describe
 *     plan.c        settings and what the kernel has        -> steps (step.c): what is missing
 *     run.c         steps                                   -> the kernel
 *     command.c     steps, files                            -> commands, for a dry run
 *
 * Helpers: path.c finds files, file.c reads and wipes them, replace.c replaces them
 * durably, section.c replaces a section of a file, message.c and report.c report errors,
 * guard.c survives a function that dies, wait.c waits.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//config:config OSCONF
//config:	bool "osconf (36 kb)"
//config:	default n
//config:	select VOLUMEID
//config:	select FEATURE_VOLUMEID_EXT
//config:	select FEATURE_VOLUMEID_FAT
//config:	select FEATURE_SHADOWPASSWDS
//config:	select FEATURE_PASSWD_ANY_FILE
//config:	select USE_BB_CRYPT_SHA if USE_BB_CRYPT
//config:	help
//config:	Configures a "Customized Linux" image on Alibaba Cloud at boot:
//config:	reads aliyun_custom_image/os.conf, which the platform writes to the
//config:	first partition, sets host name, root's password, network cards,
//config:	routes and name servers, saves these settings, and removes the file.
//config:	One line in inittab is all the network setup an image needs:
//config:	::sysinit:/sbin/osconf

//applet:IF_OSCONF(APPLET(osconf, BB_DIR_SBIN, BB_SUID_DROP))

//kbuild:lib-$(CONFIG_OSCONF) += osconf.o

//usage:#define osconf_trivial_usage
//usage:       "[-" IF_FEATURE_OSCONF_DRY_RUN("n") "qv] [-d PART] [-f FILE] [-s FILE]"
//usage:	IF_FEATURE_OSCONF_ROOT(" [-R ROOT]") " [-w SEC]"
//usage:	IF_FEATURE_OSCONF_BACKENDS(" [-b BACKEND]")
//usage:#define osconf_full_usage "\n\n"
//usage:       "osconf 1.1.0: apply aliyun_custom_image/os.conf of the first partition\n"
//usage:       "and remove it, else re-apply the saved settings\n"
//usage:	IF_FEATURE_OSCONF_DRY_RUN(
//usage:     "\n	-n	Dry run: print commands that would do the same"
//usage:	)
//usage:     "\n	-q	Print errors only"
//usage:     "\n	-v	Verbose"
//usage:     "\n	-d PART	First partition: UUID=, LABEL=, block device or directory"
//usage:     "\n	-f FILE	Apply FILE instead, and leave it"
//usage:     "\n	-s FILE	Save settings in FILE (default /etc/os.conf)"
//usage:	IF_FEATURE_OSCONF_VOLATILE(
//usage:     ";\n		a relative FILE is next to os.conf"
//usage:	)
//usage:	IF_FEATURE_OSCONF_ROOT(
//usage:     "\n	-R ROOT	Write files under ROOT, touch nothing live"
//usage:	)
//usage:     "\n	-w SEC	Wait for partition and network cards (default 5)"
//usage:	IF_FEATURE_OSCONF_BACKENDS(
//usage:     "\n	-b BACKEND	Who brings up the network: live (osconf itself, default)"
//usage:	IF_FEATURE_OSCONF_IFUPDOWN(", ifupdown")
//usage:	IF_FEATURE_OSCONF_SYSCONFIG(", sysconfig")
//usage:	)

#include <sys/prctl.h>
#include <sys/syscall.h>
#include "applied.h"
#include "backend.h"
#include "cards.h"
#include "command.h"
#include "commit.h"
#include "converge.h"
#include "drive.h"
#include "guard.h"
#include "lock.h"
#include "message.h"
#include "mount.h"
#include "network.h"
#include "partition.h"
#include "print_commit.h"
#include "read.h"
#include "root.h"
#include "volatile.h"

struct osconf {
	const char *device, *file, *saved_name, *root, *backend_name; /* options */
	deadline_t deadline;          /* of all waits */
	smallint may_write;           /* no other run is changing files, and it is no dry run */
	smallint in_root;             /* files outside root are out of reach */
	int backend;
	struct place place;
	struct saved saved;           /* what was saved */
	struct settings_file fresh;   /* the os.conf to be applied */
	struct settings settings;     /* what comes out of saved and fresh */
	struct kernel kernel;
};

/* NULL: the running system */
static const char *root_of(const struct osconf *o)
{
	return ENABLE_FEATURE_OSCONF_ROOT ? o->root : NULL;
}

/* One run at a time changes files */
static int keep_others_out(struct osconf *o)
{
	int failed = 0;

	if (!(option_mask32 & OPT_dry_run)) {
		failed = wait_for_others(root_of(o), o->deadline);
		o->may_write = !failed;
	}
	return failed;
}

static int open_options(struct osconf *o)
{
	if (!root_of(o)) {
		mount_kernel_filesystems();
		if (open_root_directory("/") != 0)
			return perror_msg("%s: can't open", "/");
	}
	return o->file ? read_given_file(&o->fresh.file, o->file, OSCONF_SIZE_MAX) : 0;
}

static int find_first_partition(struct osconf *o)
{
	int failed = find_place(&o->place, o->saved_name);

	/* with -f, the partition is needed only if settings are saved there */
	if (!o->file || is_relative(&o->place))
		failed |= open_osconf_dir(&o->place, o->device ? o->device : root_of(o), root_of(o) ? 0 : o->deadline);
	if (o->may_write && has_work(&o->place))
		failed |= open_for_writing(&o->place);
	return failed;
}

/* update_passwd() gets names.  All else is found from the descriptor of the root directory */
static int change_root(struct osconf *o)
{
	if (root_of(o) && o->may_write)
		xchroot(o->root);
	o->in_root = 1;
	return 0;
}

static int complain_of_missing_addresses(const struct settings *settings)
{
	uint32_t without = interfaces_named(settings) & ~interfaces_with(settings, IP_ADDR);
	int n;

	for (n = 0; n < INTERFACES_MAX; n++)
		if (without & (1U << n))
			error_msg("eth%d_ip_addr: missing, eth%d is left alone", n, n);
	return without ? -1 : 0;
}

/* The address was refused, which is an error and was said */
static void say_what_stays(uint32_t interfaces)
{
	int n;

	for (n = 0; n < INTERFACES_MAX; n++)
		if (interfaces & (1U << n))
			notice_msg("eth%d stays as it was saved", n);
}

/* All of it, or nothing that could replace what is saved: a stage can end anywhere */
static int read_saved_settings(struct osconf *o)
{
	struct saved saved;
	int failed;

	memset(&saved, 0, sizeof(saved));
	o->saved.main.unread = o->saved.entries_unread = 1;
	if (is_relative(&o->place)) {
		failed = read_saved_relative(&saved, &o->place);
	} else {
		failed = read_saved(&saved, &o->place);
		if (ENABLE_FEATURE_OSCONF_VOLATILE)
			failed |= read_newer(&saved, &o->place);
	}
	saved.entries_unread |= saved.main.settings.entries_refused;
	/* what is refused of them goes to os.conf.rejected when they are rewritten */
	if (o->may_write && saved.main.to_rewrite && saved.main.report.text && !is_relative(&o->place))
		failed |= open_for_writing(&o->place);
	o->saved = saved;
	o->settings = saved.main.settings; /* whatever becomes of the rest */
	return failed;
}

/* The config drive's os.conf, if it is new, is the fresh one unless the first partition
 * has one that can be used.  Waits for the drive only where nothing else describes this
 * instance: there are no saved settings, or they came from a drive. */
static int take_drive(struct osconf *o, struct settings_file *fresh)
{
	const struct settings *saved = &o->saved.main.settings;
	struct settings_file drive;
	int described = fresh->valid || (o->saved.main.valid && !names_entry(saved, DRIVE_FILE));
	int failed = 0;

	if (!o->device && !root_of(o))
		failed = open_drive(&o->place, described ? 0 : o->deadline);
	if (o->place.drive < 0)
		return failed;
	memset(&drive, 0, sizeof(drive));
	drive.source = CONFIG_DRIVE;
	failed |= read_osconf(&drive, &o->place, saved);
	if (!failed && !drive.file.text)
		return error_msg("%s: can't read: %s", DRIVE_FILE, strerror(ENOENT));
	/* it has what is to be saved next to the first partition's os.conf, on a new mount */
	if (o->may_write && is_relative(&o->place) && o->place.device)
		failed |= open_for_writing(&o->place) == 0 ? read_saved_settings(o) : -1;
	if (drive.applied || !drive.file.text)
		return failed;
	if (fresh->valid) {
		notice_msg("%s is ignored: the first partition has one", DRIVE_FILE);
		return failed;
	}
	failed |= understand(&drive, 1);
	drop_known_password(&drive.settings, saved);
	*fresh = drive;
	return failed;
}

static int read_fresh_settings(struct osconf *o)
{
	const struct settings *saved = &o->saved.main.settings;
	struct settings_file fresh = o->fresh;
	int failed = 0;

	if (!o->file && o->place.osconf_dir >= 0)
		failed |= read_osconf(&fresh, &o->place, saved);
	if (fresh.file.text && !fresh.applied)
		failed |= understand(&fresh, 1);
	if (ENABLE_FEATURE_OSCONF_CONFIG_DRIVE && !o->file)
		failed |= take_drive(o, &fresh);
	if (fresh.valid)
		say_what_stays(merge_settings(&o->settings, saved, &fresh.settings));
	o->fresh = fresh; /* only now: it is consumed, and what came out of it is saved */
	return failed;
}

static int match_cards(struct osconf *o)
{
	int failed = complain_of_missing_addresses(&o->settings);

	if (root_of(o)) {
		assume_cards(&o->kernel, &o->settings);
		return failed;
	}
	return failed | find_cards(&o->settings, &o->kernel, o->fresh.valid ? &o->fresh.settings : NULL, o->deadline);
}

/* Derives files from the saved settings; if some could not be read, files stay as they are */
static int derive_files(struct osconf *o, struct batch *batch)
{
	struct plan plan = { NULL, 0, 0 };
	int failed;

	if (o->saved.main.unread)
		return 0;
	failed = converge_files(&o->settings, &o->place, batch);
	/* a backend gets the full plan: the kernel's state has not been read yet */
	if (o->backend != BACKEND_LIVE && o->kernel.known)
		make_plan(&plan, &o->settings, &o->kernel);
	if (ENABLE_FEATURE_OSCONF_BACKENDS && (o->backend == BACKEND_LIVE || o->kernel.known))
		failed |= converge_backends(batch, o->backend, &plan);
	return failed;
}

static int write_files(struct osconf *o)
{
	struct batch batch;
	struct commit c = {
		.result = &o->settings, .saved = &o->saved, .fresh = &o->fresh, .place = &o->place,
		.batch = &batch, .cards_known = o->kernel.known, .shadow_dir = -1,
	};
	int failed;

	if (!o->may_write && !(option_mask32 & OPT_dry_run))
		return 0;
	memset(&batch, 0, sizeof(batch));
	failed = derive_files(o, &batch);
	if (option_mask32 & OPT_dry_run)
		return failed | print_commit(&c);
	failed |= commit(&c);
	if (ENABLE_FEATURE_OSCONF_VOLATILE)
		failed |= converge_password(&o->settings, &o->place);
	return failed;
}

static int set_up_network(struct osconf *o)
{
	if (root_of(o) && !(option_mask32 & OPT_dry_run))
		return 0;
	if (o->backend != BACKEND_LIVE)
		o->kernel.cards = 0;
	if (root_of(o) || o->backend != BACKEND_LIVE)
		return run_once(&o->settings, &o->kernel);
	return converge_network(&o->settings, &o->kernel, o->fresh.valid);
}

struct stage {
	int (*run)(struct osconf *o);
	struct osconf *o;
};

static int run_stage(void *data)
{
	const struct stage *stage = data;

	return stage->run(stage->o);
}

/* A stage that fails reports why, and marks what it could not read.  Later stages leave
 * alone what depends on that; the rest goes on. */
static int run_stages(struct osconf *o)
{
	static int (*const stages[])(struct osconf *o) = {
		keep_others_out, open_options, find_first_partition, change_root,
		read_saved_settings, read_fresh_settings, match_cards, write_files, set_up_network
	};
	unsigned i;
	int failed = 0;

	for (i = 0; i < ARRAY_SIZE(stages); i++) {
		struct stage stage = { stages[i], o };
		int result = run_guarded(run_stage, &stage);

		if (result == DIED)
			perror_msg("not all could be done");
		failed |= result;
		if (ENABLE_FEATURE_OSCONF_ROOT && stages[i] == change_root && !o->in_root)
			break;
	}
	return failed;
}

/* Returns 0, or -1 after printing why settings can't be saved under that name */
static int check_saved_name(const char *name)
{
	if (!ENABLE_FEATURE_OSCONF_VOLATILE && name[0] != '/')
		return refuse_volatile(xasprintf("-s %s", name));
	if (!*bb_basename(name))
		return error_msg("-s %s: not the name of a file", name);
	return is_saved_name(name) ? 0 : error_msg("-s %s: has a name of osconf's own files", name);
}

int osconf_main(int argc, char **argv) MAIN_EXTERNALLY_VISIBLE;
int osconf_main(int argc UNUSED_PARAM, char **argv)
{
	struct osconf osconf, *o = &osconf;
	unsigned opts, wait_s = 5;
	int failed;

	memset(o, 0, sizeof(*o));
	umask(0022);
	signal(SIGPIPE, SIG_IGN); /* nobody may read our messages */
	signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is an error of write() */
	/* the password will be in memory.  C libraries' prctl() takes variable arguments: 114 bytes of musl */
	syscall(SYS_prctl, PR_SET_DUMPABLE, 0L);
	opts = getopt32(argv, "^" "qvd:f:s:w:+" IF_FEATURE_OSCONF_DRY_RUN("n") IF_FEATURE_OSCONF_ROOT("R:")
			IF_FEATURE_OSCONF_BACKENDS("b:") "\0" "=0",
			&o->device, &o->file, &o->saved_name, &wait_s
			IF_FEATURE_OSCONF_ROOT(, &o->root)
			IF_FEATURE_OSCONF_BACKENDS(, &o->backend_name));
	if (!(opts & OPT_dry_run))
		o->deadline = monotonic_ms() + wait_s * 1000ULL;
	if (o->saved_name && check_saved_name(o->saved_name) != 0)
		return EXIT_FAILURE;
	if (root_of(o) && open_root_directory(o->root) != 0) {
		perror_msg("%s: can't open", o->root);
		return EXIT_FAILURE;
	}
	if (ENABLE_FEATURE_OSCONF_BACKENDS && o->backend_name) {
		o->backend = backend_of(o->backend_name);
		if (o->backend < 0)
			return EXIT_FAILURE;
	}
	logmode = LOGMODE_NONE; /* we report libbb's errors, with their cause, on every console */
	o->place.osconf_dir = o->place.drive = -1;
	o->place.saved = SAVED_ABSOLUTE;
	o->fresh.source = FIRST_PARTITION;
	failed = run_stages(o);
	if (option_mask32 & OPT_dry_run)
		failed |= end_printing();
	wipe_text(&o->fresh.file);
	return failed != 0;
}
