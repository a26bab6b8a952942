/* vi: set sw=4 ts=4: */
/*
 * osconf: a minimal image becomes the instance that os.conf describes.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//config:config OSCONF
//config:	bool "osconf (20 kb)"
//config:	default n
//config:	select PLATFORM_LINUX
//config:	select VOLUMEID
//config:	select FEATURE_VOLUMEID_EXT
//config:	select FEATURE_VOLUMEID_FAT
//config:	select USE_BB_CRYPT_SHA if USE_BB_CRYPT
//config:	help
//config:	Gives an image that runs on Alibaba Cloud as "Customized Linux" its
//config:	identity: reads aliyun_custom_image/os.conf, which the platform
//config:	writes into the first partition, sets host name, root's password,
//config:	network cards, routes and name servers, saves them, and removes the
//config:	file.  One line in inittab is the whole network set-up of an image:
//config:	::sysinit:/sbin/osconf

//applet:IF_OSCONF(APPLET(osconf, BB_DIR_SBIN, BB_SUID_DROP))

//kbuild:lib-$(CONFIG_OSCONF) += osconf.o

//usage:#define osconf_trivial_usage
//usage:       "[-nqv] [-d PART] [-f FILE] [-s FILE] [-R ROOT] [-w SEC]"
//usage:#define osconf_full_usage "\n\n"
//usage:       "Apply aliyun_custom_image/os.conf of the first partition and remove it,\n"
//usage:       "else re-apply the saved settings\n"
//usage:     "\n	-n	Dry run: print commands that would do the same"
//usage:     "\n	-q	Print errors only"
//usage:     "\n	-v	Verbose"
//usage:     "\n	-d PART	First partition: UUID=, LABEL=, block device or directory"
//usage:     "\n	-f FILE	Apply FILE instead, and leave it"
//usage:     "\n	-s FILE	Save settings in FILE (default /etc/os.conf);"
//usage:     "\n		a relative FILE is next to os.conf"
//usage:     "\n	-R ROOT	Write files under ROOT, touch nothing live"
//usage:     "\n	-w SEC	Wait for partition and network cards (default 5)"

#include <sys/file.h>
#include <sys/prctl.h>
#include "osconf.h"

struct file {
	const char *name;     /* for messages */
	char *text;           /* NULL: there is none */
	ssize_t len;          /* -1: there is one, but it can't be used */
	smallint valid;       /* settings hold what it says */
	smallint applied;     /* it was, at an earlier boot, but can't be removed */
	struct settings settings;
	struct report report; /* what is wrong with it */
};

/* Prints what is wrong with a file; text after "# " is ours, the rest is the
 * file's own */
static void print_report(const struct report *report, const char *prefix)
{
	char *line = report->text;
	char *end = line + report->len;

	while (line < end) {
		char *newline = strchr(line, '\n');
		if (line[0] == '#')
			bb_error_msg("%s%.*s", prefix, (int)(newline - line - 2), line + 2);
		line = newline + 1;
	}
}

/* Text to settings.  Returns 0; -1 after saying what is wrong with the whole */
static int understand(struct file *file, const char *prefix)
{
	char *value[KEYS];
	struct report unknown;
	int assignments;

	file->report.text = xmalloc(file->report.size = REPORT_SIZE);
	unknown = file->report;
	if (option_mask32 & OPT_verbose)
		unknown.text = xmalloc(unknown.size);

	assignments = parse(file->text, file->len, value, &file->report,
			(option_mask32 & OPT_verbose) ? &unknown : NULL);
	if (assignments <= 0) {
		bb_error_msg("%s: %s", file->name, assignments < 0
			? "not a text file: it has a NUL byte"
			: "no assignment (key=value) in it");
		return -1;
	}
	settings_from_values(&file->settings, value, &file->report);
	print_report(&unknown, prefix);
	print_report(&file->report, prefix);
	return 0;
}

/* The password is in it */
static void wipe_text(struct file *file)
{
	if (file->text) {
		memset(file->text, 0, file->len);
		barrier();
	}
}

static uint32_t with_mac_address(const struct settings *settings)
{
	uint32_t bits = 0;
	int n;

	for (n = 0; n < INTERFACES_MAX; n++)
		if (settings->eth[n].has & (1 << MAC_ADDR))
			bits |= 1U << n;
	return bits;
}

/* Waits for the cards; a fresh os.conf whose MAC address no card has may be
 * applied to the card of that name: an instance that can't be reached is
 * worse.  Saved settings may not: they can be those of the instance from
 * which this image was made. */
static int find_cards(struct settings *settings, struct kernel *kernel,
		const struct file *fresh, unsigned wait_ms)
{
	unsigned start = monotonic_ms();
	uint32_t missing, adopted = 0;
	unsigned n;

	for (;;) {
		kernel_read_cards(kernel);
		missing = match_cards(settings, kernel);
		if (!missing || (unsigned)monotonic_ms() - start >= wait_ms)
			break;
		usleep(WAIT_STEP_MS * 1000);
	}
	if (missing && fresh->valid)
		adopted = adopt_cards(settings, kernel, missing & with_mac_address(&fresh->settings));
	for (n = 0; n < INTERFACES_MAX; n++) {
		const struct interface *eth = &settings->eth[n];
		if (adopted & (1U << n))
			bb_error_msg("eth%u: no card has the MAC address of os.conf, "
				"card eth%u with "MAC_FORMAT" is taken", n, n, MAC_ARGS(eth->mac_addr));
		else if (!(missing & (1U << n)))
			continue;
		else if (eth->has & (1 << MAC_ADDR))
			bb_error_msg("eth%u: no card with MAC address "MAC_FORMAT, n, MAC_ARGS(eth->mac_addr));
		else
			bb_error_msg("eth%u: no such card", n);
	}
	return (missing & ~adopted) != 0;
}

/* os.conf, or the file of -f */
static int read_fresh(struct file *fresh, const char *file, int osconf_dir)
{
	fresh->name = file ? file : OSCONF_FILE;
	if (!file && osconf_dir < 0)
		return 0;
	fresh->text = read_settings_file(file ? AT_FDCWD : osconf_dir, fresh->name,
			OSCONF_SIZE_MAX, &fresh->len);
	if (file && fresh->len == 0 && !fresh->text) {
		bb_perror_msg("can't read %s", file);
		return -1;
	}
	return fresh->len < 0 ? -1 : 0;
}

static int read_saved_settings(struct file *saved, struct place *place)
{
	char prefix[64];

	saved->name = place->saved;
	saved->text = read_saved(place, &saved->len);
	if (!saved->text)
		return saved->len;
	sprintf(prefix, "%.60s: ", saved->name);
	return understand(saved, prefix) | -(saved->report.len != 0);
}

/* What is not in a plan: files, as the commands that would write them */
static void print_stores(const struct settings *fresh)
{
	const char *list = fresh->dns_nameserver, *item;
	uint32_t address;

	if (fresh->password)
		puts("passwd -a sha512 root");
	if (fresh->hostname)
		printf("echo %s >/etc/hostname\n", fresh->hostname);
	if (list) {
		printf("printf 'nameserver %%s\\n'");
		while (next_address(&list, &item, &address) > 0)
			printf(" "ADDRESS_FORMAT, ADDRESS_ARGS(address));
		puts(" >/etc/resolv.conf");
	}
}

/* In this order, each durable before the next begins; fresh: NULL if there
 * is no os.conf */
static int store(struct settings *merged, const struct settings *fresh,
		const struct place *place, size_t len_max)
{
	int failed = store_password(merged, place);

	if (fresh || place->saved_moves)
		failed |= store_settings(merged, place, len_max);
	if (merged->hostname
	 && ((fresh && fresh->hostname) || !place->etc_lasts)
	) {
		failed |= store_hostname(merged->hostname);
	}
	if (merged->dns_nameserver)
		failed |= store_nameservers(merged->dns_nameserver, fresh && fresh->dns_nameserver);
	return failed;
}

/* True if this os.conf was applied, but could not be removed */
static int was_applied(const struct file *fresh, const char *applied)
{
	char *now;
	int same;

	if (!applied)
		return 0;
	now = digest(fresh->text, fresh->len, applied);
	same = (strcmp(now, applied) == 0);
	free(now);
	return same;
}

/* Removes os.conf; where that can't be done, remembers that it was applied */
static int consume_or_remember(struct settings *merged, const struct place *place, size_t len_max)
{
	struct file left = { NULL };
	const char *applied = merged->applied;

	merged->applied = NULL;
	if (consume(place->osconf_dir) == 0)
		return applied ? store_settings(merged, place, len_max) : 0;
	if (!applied && read_fresh(&left, NULL, place->osconf_dir) == 0 && left.text) {
		merged->applied = digest(left.text, left.len, NULL);
		store_settings(merged, place, len_max);
		wipe_text(&left);
	}
	return -1;
}

static int complain_of_missing_addresses(const struct settings *settings)
{
	int n, failed = 0;

	for (n = 0; n < INTERFACES_MAX; n++) {
		if ((settings->named & (1U << n)) && !(settings->eth[n].has & (1 << IP_ADDR))) {
			bb_error_msg("eth%u_ip_addr: none", n);
			failed = 1;
		}
	}
	return failed;
}

static int open_place(struct place *place, const char *device, const char *root, unsigned wait_ms)
{
	int failed = 0;
	int lock;

	/* with -f the partition is not needed, unless settings are saved there */
	if (!(option_mask32 & OPT_file) || place->saved[0] != '/') {
		place->osconf_dir = open_osconf_dir(device ? device : root, wait_ms);
		failed = (place->osconf_dir < 0);
	}
	if (root)
		xchroot(root);
	lock = place->osconf_dir;
	if (lock < 0)
		lock = open("/etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* two runs at once wait for each other */
	if (lock >= 0 && flock(lock, LOCK_EX) != 0) {
		bb_simple_perror_msg("can't lock");
		failed = 1;
	}
	return failed;
}

/* Reads both files and merges them into saved->settings.
 * Returns true if something was wrong. */
static int read_settings(struct file *saved, struct file *fresh, struct place *place)
{
	int failed = (read_saved_settings(saved, place) != 0);

	if (!(option_mask32 & OPT_file))
		failed |= (read_fresh(fresh, NULL, place->osconf_dir) != 0);
	if (!fresh->text)
		return failed;
	if (!(option_mask32 & OPT_file) && was_applied(fresh, saved->settings.applied)) {
		verbose_msg("%s is applied already", fresh->name);
		fresh->applied = 1;
		return failed;
	}
	if (understand(fresh, "") != 0)
		return 1;
	fresh->valid = 1;
	settings_merge(&saved->settings, &fresh->settings);
	return failed | (fresh->report.len != 0);
}

/* The commit point: makes all of it durable, then consumes os.conf */
static int commit(struct file *saved, struct file *fresh, struct place *place)
{
	struct settings *merged = &saved->settings;
	size_t len_max = saved->len + fresh->len;

	if (store(merged, fresh->valid ? &fresh->settings : NULL, place, len_max) != 0)
		return 1;
	if (option_mask32 & OPT_file)
		return 0;
	if (fresh->valid && store_rejected(&fresh->report, place) != 0)
		return 1;
	if (fresh->valid || (fresh->applied && !is_read_only(place->osconf_dir)))
		return consume_or_remember(merged, place, len_max) != 0;
	return 0;
}

int osconf_main(int argc, char **argv) MAIN_EXTERNALLY_VISIBLE;
int osconf_main(int argc UNUSED_PARAM, char **argv)
{
	const char *device = NULL, *file = NULL, *saved_name = NULL, *root = NULL;
	unsigned wait = 5;
	unsigned opts;
	struct place place;
	struct file fresh = { NULL }, saved = { NULL };
	struct kernel kernel = { "" };
	struct plan plan = { NULL };
	int failed;

	umask(0022);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* the password will be in memory */
	opts = getopt32(argv, "^" "nqvd:f:s:R:w:+" "\0" "=0",
			&device, &file, &saved_name, &root, &wait);
	wait = (opts & (OPT_dry_run | OPT_root)) ? 0 : wait * 1000;

	if (!root)
		mount_kernel_filesystems();
	failed = (file && read_fresh(&fresh, file, -1) != 0);
	find_places(&place, saved_name);
	failed |= open_place(&place, device, root, wait);
	if (!(opts & OPT_dry_run) && place.osconf_dir >= 0)
		failed |= (wipe_leftover(place.osconf_dir) != 0);

	failed |= read_settings(&saved, &fresh, &place);
	failed |= complain_of_missing_addresses(&saved.settings);
	if (root)
		kernel_untouched(&kernel, &saved.settings);
	else
		failed |= find_cards(&saved.settings, &kernel, &fresh, wait);

	if (!(opts & OPT_dry_run))
		failed |= commit(&saved, &fresh, &place);
	else if (fresh.valid)
		print_stores(&fresh.settings);

	if (!root)
		kernel_read_state(&kernel);
	make_plan(&plan, &saved.settings, &kernel);
	if (!root || (opts & OPT_dry_run))
		failed |= (run_plan(&plan) != 0);

	wipe_text(&fresh);
	return failed;
}
