/* vi: set sw=4 ts=4: */
/*
 * osconf: settings -> files, each of them durable when its function returns;
 * then os.conf is consumed.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += store.o
#include "osconf.h"

#define OSCONF_DONE     OSCONF_FILE ".done"
#define OSCONF_REJECTED OSCONF_FILE ".rejected"

/*** Files ***/

/* Makes what a directory names durable.  fsync() of a directory writes its
 * blocks; of a file system without a journal, Linux's ext4 does not tell the
 * disk to flush its cache then, and later writes may overtake them. */
static int sync_directory(int dir)
{
	return fsync(dir) != 0 || syncfs(dir) != 0 ? -1 : 0;
}

/* Replaces a file in a directory, or makes it.  Returns 0; -1 after saying
 * what is wrong: the old one is there as it was. */
static int replace_file(int dir, const char *name, const char *text, size_t len, mode_t mode)
{
	enum { FLAGS = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC };
	char new[NAME_MAX + 2];
	int fd, failed;

	snprintf(new, sizeof(new), "%s+", name);
	fd = openat(dir, new, FLAGS, mode);
	if (fd < 0 && errno == EEXIST) { /* a crash left it */
		unlinkat(dir, new, 0);
		fd = openat(dir, new, FLAGS, mode);
	}
	if (fd < 0)
		goto error;
	failed = (full_write(fd, text, len) != (ssize_t)len || fsync(fd) != 0);
	if (close(fd) != 0 || failed || renameat(dir, new, dir, name) != 0) {
		int saved_errno = errno;
		unlinkat(dir, new, 0);
		errno = saved_errno;
		goto error;
	}
	if (sync_directory(dir) == 0)
		return 0;
 error:
	bb_perror_msg("can't write %s", name);
	return -1;
}

/* Opens the directory in which a file is or will be, after links.
 * *name: the file's name in it, to be freed. */
static int open_directory_of(const char *path, char **name)
{
	char *target = xmalloc_follow_symlinks(path);
	char *slash;
	int dir = -1;

	*name = NULL;
	if (target) {
		slash = strrchr(target, '/');
		*slash = '\0';
		dir = open(target[0] ? target : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		*name = xstrdup(slash + 1);
		free(target);
	}
	if (dir < 0)
		bb_perror_msg("can't open the directory of %s", path);
	return dir;
}

int FAST_FUNC sync_directory_of(const char *path)
{
	char *name;
	int dir = open_directory_of(path, &name);
	int failed = -1;

	free(name);
	if (dir >= 0) {
		failed = sync_directory(dir);
		if (failed)
			bb_perror_msg("can't sync the directory of %s", path);
		close(dir);
	}
	return failed;
}

int FAST_FUNC remove_path(const char *path)
{
	if (unlink(path) != 0) {
		bb_perror_msg("can't remove %s", path);
		return -1;
	}
	return sync_directory_of(path);
}

int FAST_FUNC replace_path(const char *path, const char *text, size_t len, mode_t mode)
{
	char *name;
	int dir = open_directory_of(path, &name);
	int failed = -1;

	if (dir >= 0) {
		failed = replace_file(dir, name, text, len, mode);
		close(dir);
	}
	free(name);
	return failed;
}

/* The password that os.conf names; where /etc/shadow does not last, the hash
 * that was saved of it */
static int store_password(struct settings *merged, const struct place *place)
{
	const char *hash = place->shadow_lasts ? NULL : merged->password_hash;

	merged->password_hash = NULL; /* it is saved only where it is needed */
	if (merged->password) {
		hash = set_root_password(merged->password, NULL);
		nuke_str(merged->password);
		merged->password = NULL;
	} else if (hash) {
		hash = set_root_password(NULL, hash);
	} else {
		return 0;
	}
	if (hash && !place->shadow_lasts)
		merged->password_hash = hash;
	return hash ? 0 : -1;
}

/* len_max: see settings_to_text() */
static int store_settings(const struct settings *merged, const struct place *place, size_t len_max)
{
	char *text = xmalloc(len_max + SETTINGS_OVERHEAD);
	size_t len = settings_to_text(merged, text);
	int failed;

	if (!is_relative(place)) {
		failed = replace_path(place->saved, text, len, 0600);
		if (!failed && place->saved_moves)
			unlinkat(place->osconf_dir, SAVED_RELATIVE, 0);
	} else if (place->osconf_dir >= 0) {
		failed = replace_file(place->osconf_dir, place->saved, text, len, 0600);
	} else {
		bb_error_msg("can't save settings: no first partition");
		failed = -1;
	}
	free(text);
	return failed;
}

static int store_hostname(const char *hostname)
{
	static const char path[] ALIGN1 = "/etc/hostname";
	char line[66], old[sizeof(line)];
	ssize_t len = sprintf(line, "%s\n", hostname);

	/* a read-only root does without: the name is set at every boot */
	if (access("/etc", W_OK) != 0 && errno == EROFS)
		return 0;
	if (open_read_close(path, old, sizeof(old)) == len && memcmp(line, old, len) == 0)
		return 0;
	return replace_path(path, line, len, 0644);
}

static int is_nameserver(const char *line)
{
	line = is_prefixed_with(line, "nameserver");
	return line && isblank(*line);
}

/* resolv.conf(5).  What is not a name server (search, options) is kept.
 * If not replace: only where there is no name server. */
static int store_nameservers(const char *servers, int replace)
{
	static const char path[] ALIGN1 = "/etc/resolv.conf";
	char *old = xmalloc_open_read_close(path, NULL);
	char *line = old ? old : (char*)"";
	char *text, *p;
	const char *list = servers, *item;
	uint32_t address;
	int failed = 0;

	if (!old && errno != ENOENT) {
		bb_perror_msg("can't read %s", path);
		return -1;
	}
	/* "1.1.1.1 " becomes "nameserver 1.1.1.1\n" */
	p = text = xmalloc(strlen(line) + 3 * strlen(list) + sizeof("nameserver 255.255.255.255\n"));
	while (*line) {
		char *end = strchrnul(line, '\n');
		if (is_nameserver(line)) {
			if (!replace)
				goto done;
		} else {
			p = mempcpy(p, line, end - line);
			*p++ = '\n';
		}
		line = *end ? end + 1 : end;
	}
	while (next_address(&list, &item, &address) > 0)
		p += sprintf(p, "nameserver "ADDRESS_FORMAT"\n", ADDRESS_ARGS(address));
	*p = '\0';
	if (!old || strcmp(old, text) != 0) {
		failed = replace_path(path, text, p - text, 0644);
		if (!failed)
			done_msg("nameserver %s", servers);
	}
 done:
	free(text);
	free(old);
	return failed;
}

static int store_rejected(const struct report *report, const struct place *place)
{
	if (report->len)
		return replace_file(place->osconf_dir, OSCONF_REJECTED, report->text, report->len, 0600);
	unlinkat(place->osconf_dir, OSCONF_REJECTED, 0);
	return 0;
}

/*** os.conf is consumed ***/

/* Overwrites a file's blocks with blanks */
static int wipe_file(int dir, const char *name, off_t size)
{
	char blanks[1024];
	int fd = openat(dir, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	int failed;

	if (fd < 0)
		return -1;
	memset(blanks, ' ', sizeof(blanks));
	failed = 0;
	while (size > 0 && !failed) {
		ssize_t n = MIN(size, (off_t)sizeof(blanks));
		failed = (full_write(fd, blanks, n) != n);
		size -= n;
	}
	failed |= (fsync(fd) != 0);
	close(fd);
	return failed ? -1 : 0;
}

int FAST_FUNC wipe_leftover(int osconf_dir)
{
	struct stat st;
	int failed = 0;

	if (fstatat(osconf_dir, OSCONF_DONE, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno == ENOENT)
			return 0;
		failed = -1;
	}
	/* what else has a name of its own is not ours to overwrite */
	if (!failed && S_ISREG(st.st_mode) && st.st_nlink == 1)
		failed = wipe_file(osconf_dir, OSCONF_DONE, st.st_size);
	if (failed | unlinkat(osconf_dir, OSCONF_DONE, 0) | sync_directory(osconf_dir)) {
		bb_error_msg("can't wipe and remove %s: %s", OSCONF_DONE, file_system_error());
		return -1;
	}
	return 0;
}

static int consume(int osconf_dir)
{
	if (renameat(osconf_dir, OSCONF_FILE, osconf_dir, OSCONF_DONE) != 0
	 || sync_directory(osconf_dir) != 0
	) {
		bb_perror_msg("can't remove %s", OSCONF_FILE);
		return -1;
	}
	return wipe_leftover(osconf_dir);
}

/* Consumes os.conf; where that can't be done, remembers that it was applied */
static int consume_or_remember(struct settings *merged, const struct place *place, size_t len_max)
{
	struct settings_file left = { NULL };
	const char *applied = merged->applied;

	merged->applied = NULL;
	if (consume(place->osconf_dir) == 0)
		return applied ? store_settings(merged, place, len_max) : 0;
	if (!applied && read_osconf(&left, NULL, place->osconf_dir) == 0 && left.text) {
		merged->applied = digest(left.text, left.len, NULL);
		store_settings(merged, place, len_max);
		wipe_text(&left);
	}
	return -1;
}

/*** The commit point ***/

/* In this order, each durable before the next begins.
 * fresh: NULL if there is no os.conf. */
static int store(struct settings *merged, const struct settings *fresh,
		const struct place *place, int backend, const struct plan *plan, size_t len_max)
{
	int failed = store_password(merged, place);

	if (fresh || place->saved_moves)
		failed |= store_settings(merged, place, len_max);
	if (merged->hostname)
		failed |= store_hostname(merged->hostname);
	if (merged->dns_nameserver)
		failed |= store_nameservers(merged->dns_nameserver, fresh && fresh->dns_nameserver);
	if (ENABLE_FEATURE_OSCONF_BACKENDS)
		failed |= store_network(backend, plan);
	return failed;
}

int FAST_FUNC commit(struct settings_file *saved, const struct settings_file *fresh,
		const struct place *place, int backend, const struct plan *plan)
{
	struct settings *merged = &saved->settings;
	size_t len_max = saved->len + fresh->len;

	if (store(merged, fresh->valid ? &fresh->settings : NULL, place, backend, plan, len_max) != 0)
		return -1;
	if (option_mask32 & OPT_file)
		return 0;
	if (fresh->valid && store_rejected(&fresh->report, place) != 0)
		return -1;
	if (fresh->valid || (fresh->applied && !is_read_only(place->osconf_dir)))
		return consume_or_remember(merged, place, len_max);
	return 0;
}
