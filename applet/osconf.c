/* vi: set sw=4 ts=4: */
/*
 * osconf: a minimal image -> the instance that os.conf describes.
 *
 * The data flow, one file for each stage:
 *
 *   partition.c   the first partition (device.c, mount.c) -> directory of os.conf
 *   place.c       file systems of /etc                    -> where settings are saved
 *   drive.c       the config drive                        -> its os.conf
 *   read.c        saved settings, os.conf                 -> settings
 *     parse.c       text                                    -> values of the known keys
 *     settings.c    values (value.c)                        -> checked; merged; text again
 *   kernel.c      rtnetlink                               -> cards, addresses, routes
 *   cards.c       described interfaces                    -> their cards in the kernel
 *   converge.c    settings                                -> files derived from them
 *     backend*.c    a plan                                  -> files of another network system
 *   commit.c      settings                                -> durable; os.conf consumed
 *     password.c    hash (hash.c)                           -> /etc/shadow
 *   plan.c        settings and what the kernel has        -> steps (step.c): what is missing
 *   run.c         steps                                   -> run in this process
 *
 * Helpers: file.c replaces files durably, section.c replaces a section of a file,
 * message.c and report.c report errors, guard.c survives a function that dies, wait.c
 * waits.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//config:config OSCONF
//config:	bool "osconf (24 kb)"
//config:	default n
//config:	select IFCONFIG
//config:	select ROUTE
//config:	select VOLUMEID
//config:	select FEATURE_VOLUMEID_EXT
//config:	select FEATURE_VOLUMEID_FAT
//config:	select FEATURE_SHADOWPASSWDS
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
//usage:       "[-nqv] [-d PART] [-f FILE] [-s FILE] [-R ROOT] [-w SEC]"
//usage:	IF_FEATURE_OSCONF_BACKENDS(" [-b BACKEND]")
//usage:#define osconf_full_usage "\n\n"
//usage:       "osconf 1.1.0: apply aliyun_custom_image/os.conf of the first partition\n"
//usage:       "and remove it, else re-apply the saved settings\n"
//usage:     "\n	-n	Dry run: print commands that would do the same"
//usage:     "\n	-q	Print errors only"
//usage:     "\n	-v	Verbose"
//usage:     "\n	-d PART	First partition: UUID=, LABEL=, block device or directory"
//usage:     "\n	-f FILE	Apply FILE instead, and leave it"
//usage:     "\n	-s FILE	Save settings in FILE (default /etc/os.conf);"
//usage:     "\n		a relative FILE is next to os.conf"
//usage:     "\n	-R ROOT	Write files under ROOT, touch nothing live"
//usage:     "\n	-w SEC	Wait for partition and network cards (default 5)"
//usage:	IF_FEATURE_OSCONF_BACKENDS(
//usage:     "\n	-b BACKEND	Who brings up the network: live (osconf itself, default)"
//usage:	IF_FEATURE_OSCONF_IFUPDOWN(", ifupdown")
//usage:	IF_FEATURE_OSCONF_SYSCONFIG(", sysconfig")
//usage:	)

#include <sys/file.h>
#include <sys/prctl.h>
#include "backend.h"
#include "cards.h"
#include "commit.h"
#include "converge.h"
#include "drive.h"
#include "guard.h"
#include "hash.h"
#include "message.h"
#include "mount.h"
#include "partition.h"
#include "read.h"
#include "run.h"

struct osconf {
	const char *device, *file, *saved_name, *root, *backend_name; /* options */
	deadline_t deadline; /* of all waits */
	smallint in_root; /* chrooted: files outside root are out of reach */
	int backend;
	struct place place;
	struct settings_file saved, fresh, drive; /* fresh: the os.conf to be applied */
	struct kernel kernel;
};

/* Locks /etc and the directory of os.conf: only one run at a time may change them */
static int wait_for_others(int osconf_dir)
{
	int etc = open("/etc", O_RDONLY | O_DIRECTORY);

	if ((osconf_dir >= 0 && flock(osconf_dir, LOCK_EX) != 0)
	 || (etc >= 0 && flock(etc, LOCK_EX) != 0)
	) {
		return perror_msg("can't wait for other runs");
	}
	return 0;
}

/* From here on, relative names are in this directory */
static int enter_osconf_dir(struct osconf *o)
{
	if (o->place.osconf_dir < 0 || fchdir(o->place.osconf_dir) == 0)
		return 0;
	o->place.osconf_dir = -1;
	return perror_msg("can't enter directory %s", OSCONF_DIR);
}

static int find_first_partition(struct osconf *o)
{
	int failed = 0;

	if (!o->root)
		mount_kernel_filesystems();
	if (o->file)
		failed |= read_given_file(&o->fresh, o->file);
	failed |= find_place(&o->place, o->saved_name);
	/* with -f, the partition is needed only if settings are saved there */
	if (!o->file || is_relative(&o->place))
		failed |= open_osconf_dir(&o->place, o->device ? o->device : o->root, o->deadline);
	if (o->root) {
		xchroot(o->root);
		o->in_root = 1;
	}
	failed |= wait_for_others(o->place.osconf_dir);
	failed |= enter_osconf_dir(o);
	if (o->place.osconf_dir >= 0 && !(option_mask32 & OPT_dry_run))
		failed |= wipe_file(OSCONF_DONE);
	return failed;
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

/* The config drive's os.conf, if it is new, is the fresh one unless the first partition
 * has one that can be used.  Waits for the drive only where nothing else describes this
 * instance: there are no saved settings, or they came from a drive. */
static int take_drive(struct osconf *o)
{
	struct settings *saved = &o->saved.settings;
	int described = o->fresh.valid || (o->saved.valid && !saved->value[KEY_DRIVE]);
	int failed = 0;

	if (!o->device && !o->root)
		failed = open_drive(&o->place, described ? 0 : o->deadline);
	if (o->place.drive < 0)
		return failed;
	failed |= read_drive(&o->drive, &o->place);
	failed |= enter_osconf_dir(o);
	if (has_digest(o->drive.file.text, o->drive.file.len, saved->value[KEY_DRIVE])) {
		verbose_msg("%s has been applied before", o->drive.file.name);
	} else if (o->drive.file.text && o->fresh.valid) {
		error_msg("%s is ignored: the first partition has one", o->drive.file.name);
	} else if (o->drive.file.text) {
		o->fresh = o->drive;
		o->fresh.digest = digest_text(o->fresh.file.text, o->fresh.file.len, NULL);
		failed |= understand(&o->fresh, 1);
		/* who can't tell whether the user has changed the password leaves it */
		if (o->saved.unread && o->place.shadow_persistent)
			o->fresh.settings.value[KEY_PASSWORD] = NULL;
		drop_known_password(&o->fresh.settings, saved);
	}
	return failed;
}

static int read_settings(struct osconf *o)
{
	int failed = read_saved(&o->saved, &o->place);

	if (!o->file && o->place.osconf_dir >= 0)
		failed |= read_osconf(&o->fresh, o->saved.settings.value[KEY_APPLIED]);
	if (o->fresh.file.text && !o->fresh.applied)
		failed |= understand(&o->fresh, 1);
	if (ENABLE_FEATURE_OSCONF_CONFIG_DRIVE && !o->file)
		failed |= take_drive(o);
	if (o->fresh.valid)
		merge_settings(&o->saved.settings, &o->fresh.settings);
	return failed | complain_of_missing_addresses(&o->saved.settings);
}

static int match_cards(struct osconf *o)
{
	smallint place_known = o->place.known;
	int failed = 0;

	/* only the settings of a fresh os.conf may be given another card: it must stay until
	 * the cards are known */
	o->place.known = 0;
	if (o->root)
		assume_cards(&o->kernel, &o->saved.settings);
	else
		failed = find_cards(&o->saved.settings, &o->kernel,
			o->fresh.valid ? &o->fresh.settings : NULL, o->deadline);
	if (o->kernel.known)
		o->place.known = place_known;
	return failed;
}

/* Derives files from the saved settings; if some could not be read, files stay as they are */
static int write_files(struct osconf *o)
{
	struct batch batch = { NULL, 0 };
	struct plan plan = { NULL, 0 };
	int failed = 0;

	if (!o->saved.unread) {
		failed |= converge_files(&o->saved.settings, &o->place, &batch);
		/* a backend gets the full plan: the kernel's state has not been read yet */
		if (o->backend != BACKEND_LIVE && o->kernel.known)
			make_plan(&plan, &o->saved.settings, &o->kernel);
		if (ENABLE_FEATURE_OSCONF_BACKENDS && (o->backend == BACKEND_LIVE || o->kernel.known))
			failed |= converge_backends(&batch, o->backend, &plan);
	}
	if (!(option_mask32 & OPT_dry_run)) {
		failed |= commit(&o->saved.settings, &o->saved, &o->fresh, &o->place, &batch);
		failed |= converge_password(&o->saved.settings, &o->place);
	} else if (o->fresh.valid) {
		print_commit(&o->fresh, &o->place);
	}
	return failed;
}

static int set_up_network(struct osconf *o)
{
	struct plan plan = { NULL, 0 };
	int failed = 0;

	if (o->root && !(option_mask32 & OPT_dry_run))
		return 0;
	if (o->backend != BACKEND_LIVE)
		o->kernel.cards = 0;
	if (!o->root)
		failed = read_kernel(&o->kernel);
	make_plan(&plan, &o->saved.settings, &o->kernel);
	return run_plan(&plan) | failed;
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
		find_first_partition, read_settings, match_cards, write_files, set_up_network
	};
	unsigned i;
	int failed = 0;

	for (i = 0; i < ARRAY_SIZE(stages); i++) {
		struct stage stage = { stages[i], o };
		int result = run_guarded(run_stage, &stage);

		if (result == DIED)
			perror_msg("not all could be done");
		failed |= result;
		if (o->root && !o->in_root)
			break;
	}
	return failed;
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
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* the password will be in memory */
	opts = getopt32(argv, "^" "nqvd:f:s:R:w:+" IF_FEATURE_OSCONF_BACKENDS("b:") "\0" "=0",
			&o->device, &o->file, &o->saved_name, &o->root, &wait_s
			IF_FEATURE_OSCONF_BACKENDS(, &o->backend_name));
	if (!(opts & (OPT_dry_run | OPT_root)))
		o->deadline = monotonic_ms() + wait_s * 1000ULL;
	if (o->saved_name && !is_saved_name(o->saved_name)) {
		error_msg("-s %s: has a name of osconf's own files", o->saved_name);
		return EXIT_FAILURE;
	}
	if (ENABLE_FEATURE_OSCONF_BACKENDS && o->backend_name) {
		o->backend = backend_of(o->backend_name);
		if (o->backend < 0)
			return EXIT_FAILURE;
	}
	logmode = LOGMODE_NONE; /* we report libbb's errors, with their cause, on every console */
	o->place.osconf_dir = o->place.drive = -1;
	if (ENABLE_FEATURE_OSCONF_CONFIG_DRIVE)
		o->fresh.source = FIRST_PARTITION;
	o->saved.unread = 1;
	o->saved.file.name = o->saved.file.path = o->place.saved = SAVED_ABSOLUTE;
	failed = run_stages(o);
	wipe_text(&o->fresh);
	return failed != 0;
}
