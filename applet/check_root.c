/* vi: set sw=4 ts=4: */
/*
 * osconf: an image's root file system -> the rules for what is in it.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_FEATURE_OSCONF_CHECK) += check_root.o
#include "osconf.h"

enum { SCRIPT_SIZE_MAX = 64 * 1024 };

/* Returns the text of a file; NULL: there is none.  To be freed */
static char *read_text(const char *path)
{
	size_t size = SCRIPT_SIZE_MAX;

	return xmalloc_open_read_close(path, &size);
}

/* Takes the next line off text, without blanks around; NULL: no more */
static char *next_line(char **text)
{
	char *line = *text, *end;

	if (!*line)
		return NULL;
	end = strchrnul(line, '\n');
	*text = end + (*end == '\n');
	*end = '\0';
	line = skip_whitespace(line);
	trim(line);
	return line;
}

/*** osconf is run at boot ***/

struct start {
	const char *first_partition; /* a device; NULL: not known */
	int here, root;              /* where its name is good; where we are */
	smallint found;
};

static void enter_root(int fd)
{
	xfchdir(fd);
	xchroot(".");
}

static int is_first_partition(const struct start *start, const char *spec)
{
	int yes;

	enter_root(start->here);
	yes = (file_system_type(start->first_partition, spec) != NULL);
	enter_root(start->root);
	return yes;
}

/* Returns what follows the word osconf in a line that is no comment; NULL: it is not there */
static const char *after_osconf(const char *line)
{
	const char *s = line;

	if (*line == '#')
		return NULL;
	while ((s = strstr(s, "osconf")) != NULL) {
		int begins = (s == line || strchr("/ \t:=\"'", s[-1]) != NULL);
		s += sizeof("osconf") - 1;
		if (begins && (!*s || strchr(" \t;\"'&|", *s)))
			return s;
	}
	return NULL;
}

/* The argument of -d, if it is given */
static void check_option_d(const struct start *start, const char *path, const char *args)
{
	char *spec;
	int yes;

	args = strstr(args, " -d");
	if (!args)
		return;
	args = skip_whitespace(args + 3);
	spec = xstrndup(args, strcspn(args, " \t;\"'&|"));
	if (is_prefixed_with(spec, "/dev/"))
		check_verdict(CHECK_UNKNOWN, "%s: osconf -d %s: its name differs between instance types, "
			"leave -d out or give UUID= or LABEL=", path, spec);
	else if (!start->first_partition || (!is_prefixed_with(spec, "UUID=") && !is_prefixed_with(spec, "LABEL=")))
		check_verdict(CHECK_UNKNOWN, "%s: osconf -d %s: can't see whether that is partition 1", path, spec);
	else {
		yes = is_first_partition(start, spec);
		check_verdict(yes ? CHECK_OK : CHECK_FAIL, "%s: osconf -d %s: is %spartition 1", path, spec, yes ? "" : "not ");
	}
	free(spec);
}

/* A file that is run at boot, or has a line for what is */
static void check_start_file(struct start *start, const char *path)
{
	char *text = read_text(path);
	char *rest = text, *line;
	int writable = 0;

	while (text && !start->found && (line = next_line(&rest)) != NULL) {
		const char *args = after_osconf(line);
		if (*line != '#' && (strstr(line, "remount") || strstr(line, "mount -a") || strstr(line, "rcS")))
			writable = 1;
		if (!args)
			continue;
		start->found = 1;
		check_verdict(CHECK_OK, "%s: osconf is run at boot", path);
		if (strcmp(path, "/etc/inittab") == 0 && !writable)
			check_verdict(CHECK_UNKNOWN, "%s: nothing before osconf makes / writable, unless the kernel does (rw)", path);
		check_option_d(start, path, args);
	}
	free(text);
}

/* Scripts that a boot runs: S40osconf, those in a runlevel, units that are wanted */
static int FAST_FUNC check_script(struct recursive_state *state, const char *path, struct stat *st UNUSED_PARAM)
{
	const char *name = bb_basename(path);

	if ((name[0] == 'S' && isdigit(name[1])) || strcmp(name, "rcS") == 0 || strcmp(name, "rc.local") == 0
	 || strstr(path, "/runlevels/") || strstr(path, ".wants/")
	) {
		check_start_file(state->userData, path);
	}
	return TRUE;
}

static void check_start(struct start *start)
{
	check_start_file(start, "/etc/inittab");
	if (!start->found) /* a link to a directory is not followed, one to a file is read */
		recursive_action("/etc", ACTION_RECURSE | ACTION_QUIET, check_script, NULL, start);
	if (!start->found)
		check_verdict(CHECK_FAIL, "osconf is not run at boot: add it to inittab (::sysinit:/sbin/osconf), "
			"or as a service that is on");
}

/*** Accounts ***/

enum { LOCKED, NO_PASSWORD, DEFAULT_PASSWORD, TO_BE_CHANGED };

static int state_of_field(const char *field, const char *rest)
{
	if (!*field)
		return NO_PASSWORD;
	if (*field == '*' || *field == '!' || strcmp(field, "x") == 0)
		return LOCKED;
	/* shadow(5): last change on day 0 */
	return rest && is_prefixed_with(rest, "0:") ? TO_BE_CHANGED : DEFAULT_PASSWORD;
}

/* The state of an account that has an x in /etc/passwd */
static int state_in_shadow(const char *name)
{
	char *text = read_text(bb_path_shadow_file);
	char *rest = text, *line;
	int state = LOCKED;

	while (text && (line = next_line(&rest)) != NULL) {
		char *user = strsep(&line, ":");
		char *field = strsep(&line, ":");
		if (field && strcmp(user, name) == 0) {
			state = state_of_field(field, line);
			break;
		}
	}
	free(text);
	return state;
}

static void check_file_of_home(const char *home)
{
	char *path = concat_path_file(home, ".ssh/authorized_keys");

	if (access(path, F_OK) == 0)
		check_verdict(CHECK_FAIL, "%s: a baked-in SSH key, remove it", path);
	free(path);
}

static void check_accounts(void)
{
	char *text = read_text(bb_path_passwd_file);
	char *rest = text, *line;
	int bad = 0;

	if (!text) {
		check_verdict(CHECK_FAIL, "%s: can't be read", bb_path_passwd_file);
		return;
	}
	while ((line = next_line(&rest)) != NULL) {
		char *name = strsep(&line, ":");
		char *field = strsep(&line, ":");
		int state, i;

		if (!field)
			continue;
		state = strcmp(field, "x") == 0 ? state_in_shadow(name) : state_of_field(field, NULL);
		if (state == TO_BE_CHANGED)
			check_verdict(CHECK_OK, "account %s: its password must be changed at the first login, "
				"if login does that (FEATURE_LOGIN_NEW_PASSWORD)", name);
		if (state == NO_PASSWORD || state == DEFAULT_PASSWORD) {
			check_verdict(CHECK_FAIL, "account %s: %s, lock it with *", name, state == NO_PASSWORD
				? "login without a password" : "a default password");
			bad = 1;
		}
		for (i = 0; i < 3; i++) /* uid, gid, gecos */
			strsep(&line, ":");
		if (line)
			check_file_of_home(strsep(&line, ":"));
	}
	if (!bad)
		check_verdict(CHECK_OK, "accounts: no default password");
	free(text);
}

/*** SSH ***/

static int FAST_FUNC check_host_key(const char *dir, struct dirent *entry, void *found)
{
	const char *name = entry->d_name;
	size_t len = strlen(name);

	if ((is_prefixed_with(name, "ssh_host_") || is_prefixed_with(name, "dropbear_"))
	 && len > 4 && strcmp(name + len - 4, "_key") == 0
	) {
		check_verdict(CHECK_FAIL, "%s/%s: a baked-in host key, have it made at the first boot", dir, name);
		*(int*)found = 1;
	}
	return 0;
}

static void check_ssh(void)
{
	static const char *const dirs[] = { "/etc/ssh", "/etc/dropbear" };
	unsigned i;
	char *text, *rest, *line;
	int found = 0;

	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		if (access(dirs[i], F_OK) == 0)
			iterate_on_dir(dirs[i], check_host_key, &found);
	if (access("/etc/dropbear/authorized_keys", F_OK) == 0) {
		check_verdict(CHECK_FAIL, "/etc/dropbear/authorized_keys: a baked-in SSH key, remove it");
		found = 1;
	}
	rest = text = read_text("/etc/ssh/sshd_config");
	while (text && (line = next_line(&rest)) != NULL) {
		const char *value = is_prefixed_with(line, "PermitEmptyPasswords");
		if (value && is_prefixed_with(skip_whitespace(value), "yes")) {
			check_verdict(CHECK_FAIL, "/etc/ssh/sshd_config: PermitEmptyPasswords yes");
			found = 1;
		}
	}
	free(text);
	if (!found)
		check_verdict(CHECK_OK, "SSH: no baked-in host key, no empty passwords");
}

/*** Names of devices, saved settings ***/

/* vda2 here is xvda2 there: the first such name in a text is shown */
static void check_device_names(const char *where, const char *path)
{
	static const char *const disks[] = { "/dev/vd", "/dev/xvd", "/dev/sd", "/dev/hd", "/dev/nvme" };
	char *text = read_text(path);
	char *rest = text, *line;
	unsigned i;

	while (text && (line = next_line(&rest)) != NULL) {
		for (i = 0; *line != '#' && i < ARRAY_SIZE(disks); i++) {
			const char *s = strstr(line, disks[i]);
			if (!s)
				continue;
			check_verdict(CHECK_UNKNOWN, "%s%s: %.*s differs between instance types, use UUID= or LABEL=",
				where, path, (int)strcspn(s, " \t,;\"'"), s);
			free(text);
			return;
		}
	}
	free(text);
}

static void check_boot_files(const char *where)
{
	static const char *const paths[] = {
		"/etc/fstab", "/etc/inittab", "/boot/grub/grub.cfg", "/grub/grub.cfg", "/EFI/BOOT/grub.cfg",
		"/boot/extlinux.conf", "/boot/extlinux/extlinux.conf", "/extlinux/extlinux.conf",
		"/syslinux.cfg", "/syslinux/syslinux.cfg", "/boot/syslinux/syslinux.cfg", "/cmdline.txt",
	};
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(paths); i++)
		check_device_names(where, paths[i]);
}

void FAST_FUNC check_root(int root, int first_fd, const char *first_partition)
{
	struct start start = { first_partition, xopen("/", O_RDONLY | O_DIRECTORY), root, 0 };

	/* absolute links are those of the image */
	if (first_fd >= 0 && first_fd != root) {
		enter_root(first_fd);
		check_boot_files("partition 1: ");
	}
	enter_root(root);
	check_start(&start);
	check_accounts();
	check_ssh();
	check_boot_files("");
	if (access(SAVED_ABSOLUTE, F_OK) == 0)
		check_verdict(CHECK_UNKNOWN, SAVED_ABSOLUTE ": saved settings of an instance, remove them");
	enter_root(start.here);
}
