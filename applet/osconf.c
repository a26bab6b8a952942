/* vi: set sw=4 ts=4: */
/*
 * osconf: a minimal image becomes the instance that os.conf describes.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//config:config OSCONF
//config:	bool "osconf (19 kb)"
//config:	default n
//config:	select VOLUMEID
//config:	select FEATURE_VOLUMEID_EXT
//config:	select FEATURE_VOLUMEID_FAT
//config:	select FEATURE_SHADOWPASSWDS
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
//usage:	IF_FEATURE_OSCONF_BACKENDS(" [-b BACKEND]")
//usage:	IF_FEATURE_OSCONF_CHECK("\n"
//usage:       "osconf -c [IMAGE|DEVICE|DIR]")
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
//usage:	IF_FEATURE_OSCONF_BACKENDS(
//usage:     "\n	-b BACKEND	Who brings up the network: live (osconf itself, default)"
//usage:	IF_FEATURE_OSCONF_IFUPDOWN(", ifupdown")
//usage:	IF_FEATURE_OSCONF_SYSCONFIG(", sysconfig")
//usage:	)
//usage:	IF_FEATURE_OSCONF_CHECK(
//usage:     "\n	-c	Check an image (default: the running system) against the platform's rules"
//usage:	)

#include <sys/file.h>
#include <sys/prctl.h>
#include "osconf.h"

/* What is not in a plan: files, as the commands that would write them */
static void print_stores(const struct settings *fresh)
{
	const char *list = fresh->value[KEY_DNS_NAMESERVER], *item;
	uint32_t address;

	if (fresh->value[KEY_PASSWORD])
		puts("passwd -a sha512 root");
	if (fresh->value[KEY_HOSTNAME])
		printf("echo %s >/etc/hostname\n", fresh->value[KEY_HOSTNAME]);
	if (list) {
		printf("printf 'nameserver %%s\\n'");
		while (next_address(&list, &item, &address) > 0)
			printf(" "ADDRESS_FORMAT, ADDRESS_ARGS(address));
		puts(" >/etc/resolv.conf");
	}
}

static int complain_of_missing_addresses(const struct settings *settings)
{
	uint32_t without = interfaces_named(settings) & ~interfaces_with(settings, IP_ADDR);
	int n;

	for (n = 0; n < INTERFACES_MAX; n++)
		if (without & (1U << n))
			bb_error_msg("eth%d_ip_addr: none", n);
	return without ? -1 : 0;
}

/* Opens the directory of os.conf, goes to ROOT, and waits for its turn.
 * Returns 0; -1: something was wrong, but it can go on. */
static int open_place(struct place *place, const char *device, const char *root, unsigned wait_ms)
{
	int lock, failed = 0;

	/* with -f, there is no need for the partition unless settings are saved there */
	if (!(option_mask32 & OPT_file) || is_relative(place)) {
		place->osconf_dir = open_osconf_dir(device ? device : root, wait_ms);
		failed |= place->osconf_dir;
	}
	if (root)
		xchroot(root);
	lock = place->osconf_dir;
	if (lock < 0)
		lock = open("/etc", O_RDONLY | O_DIRECTORY);
	if (lock >= 0 && flock(lock, LOCK_EX) != 0) {
		bb_simple_perror_msg("can't wait for other runs");
		return -1;
	}
	return failed < 0 ? -1 : 0;
}

int osconf_main(int argc, char **argv) MAIN_EXTERNALLY_VISIBLE;
int osconf_main(int argc UNUSED_PARAM, char **argv)
{
	const char *device = NULL, *file = NULL, *saved_name = NULL, *root = NULL, *backend_name = "live";
	unsigned wait_time = 5;
	unsigned opts;
	struct place place;
	struct settings_file saved = { NULL }, fresh = { NULL };
	struct kernel kernel = { -1 };
	struct plan plan = { NULL };
	int backend = BACKEND_LIVE;
	int failed = 0;

	umask(0022);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* the password will be in memory */
	opts = getopt32(argv, "^" "nqvd:f:s:R:w:+" IF_FEATURE_OSCONF_BACKENDS("b:") IF_FEATURE_OSCONF_CHECK("c")
			"\0" IF_FEATURE_OSCONF_CHECK("?1") IF_NOT_FEATURE_OSCONF_CHECK("=0"),
			&device, &file, &saved_name, &root, &wait_time
			IF_FEATURE_OSCONF_BACKENDS(, &backend_name));
	if (ENABLE_FEATURE_OSCONF_CHECK) {
		if (opts & OPT_check)
			return check_image(argv[optind]);
		if (argv[optind])
			bb_show_usage();
	}
	wait_time = (opts & (OPT_dry_run | OPT_root)) ? 0 : wait_time * 1000;

	if (ENABLE_FEATURE_OSCONF_BACKENDS)
		backend = backend_of(backend_name);
	if (!root)
		mount_kernel_filesystems();
	if (file)
		failed |= read_given_file(&fresh, file);
	find_place(&place, saved_name);
	failed |= open_place(&place, device, root, wait_time);
	if (place.osconf_dir >= 0 && !(opts & OPT_dry_run))
		failed |= wipe_leftover(place.osconf_dir);

	failed |= read_saved(&saved, &place);
	if (place.osconf_dir >= 0 && !file)
		failed |= read_osconf(&fresh, saved.settings.value[KEY_APPLIED], place.osconf_dir);
	failed |= merge_fresh(&saved, &fresh);
	failed |= complain_of_missing_addresses(&saved.settings);

	if (root)
		kernel_untouched(&kernel, &saved.settings);
	else
		failed |= find_cards(&saved.settings, &kernel, &fresh, wait_time);

	/* a backend gets all of it: nothing of the kernel's state is known yet */
	if (backend != BACKEND_LIVE)
		make_plan(&plan, &saved.settings, &kernel);

	if (!(opts & OPT_dry_run)) {
		failed |= commit_settings(&saved.settings, &fresh, &place, backend, &plan);
	} else {
		if (fresh.valid)
			print_stores(&fresh.settings);
		if (ENABLE_FEATURE_OSCONF_BACKENDS)
			failed |= store_network(backend, &plan);
	}

	if (backend != BACKEND_LIVE)
		kernel.cards = plan.steps = 0;
	if (!root)
		kernel_read_state(&kernel);
	if (!root || (opts & OPT_dry_run)) {
		make_plan(&plan, &saved.settings, &kernel);
		failed |= run_plan(&plan, kernel.fd);
	}
	wipe_text(&fresh);
	return failed != 0;
}
