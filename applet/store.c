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

/* Makes a file's name durable.  fsync() of a directory writes its blocks; of a
 * file system without a journal, Linux's ext4 does not tell the disk to flush
 * its cache then, and later writes may overtake them. */
static int sync_name(int dir, const char *name)
{
	const char *slash = strrchr(name, '/');
	int failed;

	if (slash) {
		char *parent = xstrndup(name, slash + 1 - name);
		dir = open(parent, O_RDONLY | O_DIRECTORY);
		free(parent);
		if (dir < 0)
			return -1;
	}
	failed = fsync(dir) != 0 || syncfs(dir) != 0 ? -1 : 0;
	if (slash)
		close(dir);
	return failed;
}

int FAST_FUNC sync_path(const char *path)
{
	char *target = xmalloc_follow_symlinks(path);
	int failed = -1;

	if (target)
		failed = sync_name(AT_FDCWD, target);
	free(target);
	return failed;
}

/* name[0] != '/', or no link */
static int write_file(int dir, const char *name, const char *text, mode_t mode)
{
	enum { FLAGS = O_WRONLY | O_CREAT | O_EXCL };
	char *new = xasprintf("%s+", name);
	ssize_t len = strlen(text);
	int failed = -1;
	int fd = openat(dir, new, FLAGS, mode);

	if (fd < 0 && errno == EEXIST) { /* a crash left it */
		unlinkat(dir, new, 0);
		fd = openat(dir, new, FLAGS, mode);
	}
	if (fd >= 0) {
		failed = full_write(fd, text, len) != len || fsync(fd) != 0;
		if (close(fd) != 0 || failed || renameat(dir, new, dir, name) != 0) {
			int saved_errno = errno;
			failed = -1;
			unlinkat(dir, new, 0);
			errno = saved_errno;
		} else {
			failed = sync_name(dir, name);
		}
	}
	free(new);
	return failed;
}

int FAST_FUNC replace_file(int dir, const char *name, const char *text, mode_t mode)
{
	char *target = name[0] == '/' ? xmalloc_follow_symlinks(name) : xstrdup(name);
	int failed = -1;

	if (target)
		failed = write_file(dir, target, text, mode);
	if (failed)
		bb_perror_msg("can't write %s", name);
	free(target);
	return failed;
}

int FAST_FUNC remove_path(const char *path)
{
	if (unlink(path) != 0 || sync_name(AT_FDCWD, path) != 0) {
		bb_perror_msg("can't remove %s", path);
		return -1;
	}
	return 0;
}

/*** What is stored ***/

/* The password that os.conf names; where /etc/shadow does not last, the hash
 * that was saved of it */
static int store_password(struct settings *merged, const struct place *place)
{
	char **password = &merged->value[KEY_PASSWORD];
	char *hash = place->shadow_lasts ? NULL : merged->value[KEY_PASSWORD_HASH];

	if (*password || hash) {
		hash = set_root_password(*password, hash);
		if (*password)
			nuke_str(*password);
		if (!hash)
			return -1;
	}
	/* it is saved only where it is needed */
	merged->value[KEY_PASSWORD_HASH] = place->shadow_lasts ? NULL : hash;
	return 0;
}

static int store_settings(const struct settings *merged, const struct place *place)
{
	char *text;
	int failed;

	if (is_relative(place) && place->osconf_dir < 0) {
		bb_error_msg("can't save settings: no first partition");
		return -1;
	}
	text = settings_to_text(merged);
	failed = replace_file(place->osconf_dir, place->saved, text, 0600);
	free(text);
	if (!failed && place->saved_moves)
		unlinkat(place->osconf_dir, SAVED_RELATIVE, 0);
	return failed;
}

static int store_hostname(const char *hostname)
{
	static const char path[] ALIGN1 = "/etc/hostname";
	char line[66], old[sizeof(line)];
	ssize_t len = sprintf(line, "%s\n", hostname);

	if (open_read_close(path, old, sizeof(old)) == len && memcmp(line, old, len) == 0)
		return 0;
	/* a read-only root does without: the name is set at every boot */
	if (access("/etc", W_OK) != 0 && errno == EROFS)
		return 0;
	return replace_file(AT_FDCWD, path, line, 0644);
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
		failed = replace_file(AT_FDCWD, path, text, 0644);
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
	if (report->text)
		return replace_file(place->osconf_dir, OSCONF_REJECTED, report->text, 0600);
	unlinkat(place->osconf_dir, OSCONF_REJECTED, 0);
	return 0;
}

/*** os.conf is consumed ***/

/* Overwrites a file's blocks with blanks */
static int wipe_file(int dir, const char *name, off_t size)
{
	char blanks[1024];
	int fd = openat(dir, name, O_WRONLY | O_NOFOLLOW);
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
	if (failed | unlinkat(osconf_dir, OSCONF_DONE, 0) | sync_name(osconf_dir, OSCONF_DONE)) {
		bb_error_msg("can't wipe and remove %s: %s", OSCONF_DONE, file_system_error());
		return -1;
	}
	return 0;
}

static int consume(int osconf_dir)
{
	if (renameat(osconf_dir, OSCONF_FILE, osconf_dir, OSCONF_DONE) != 0
	 || sync_name(osconf_dir, OSCONF_DONE) != 0
	) {
		bb_perror_msg("can't remove %s", OSCONF_FILE);
		return -1;
	}
	return wipe_leftover(osconf_dir);
}

/* Consumes os.conf; where that can't be done, remembers that it was applied */
static int consume_or_remember(struct settings *merged, const struct place *place)
{
	struct settings_file left = { NULL };
	const char *applied = merged->value[KEY_APPLIED];

	merged->value[KEY_APPLIED] = NULL;
	if (consume(place->osconf_dir) == 0)
		return applied ? store_settings(merged, place) : 0;
	if (!applied && read_osconf(&left, NULL, place->osconf_dir) == 0 && left.text) {
		merged->value[KEY_APPLIED] = digest_text(left.text, left.len, NULL);
		store_settings(merged, place);
		wipe_text(&left);
	}
	return -1;
}

/*** The commit point ***/

/* In this order, each durable before the next begins.
 * fresh: NULL if there is no os.conf. */
static int store(struct settings *merged, const struct settings *fresh,
		const struct place *place, int backend, const struct plan *plan)
{
	int failed = store_password(merged, place);

	if (fresh || place->saved_moves)
		failed |= store_settings(merged, place);
	if (merged->value[KEY_HOSTNAME])
		failed |= store_hostname(merged->value[KEY_HOSTNAME]);
	if (merged->value[KEY_DNS_NAMESERVER])
		failed |= store_nameservers(merged->value[KEY_DNS_NAMESERVER],
				fresh && fresh->value[KEY_DNS_NAMESERVER]);
	if (ENABLE_FEATURE_OSCONF_BACKENDS)
		failed |= store_network(backend, plan);
	return failed;
}

int FAST_FUNC commit_settings(struct settings *merged, const struct settings_file *fresh,
		const struct place *place, int backend, const struct plan *plan)
{
	if (store(merged, fresh->valid ? &fresh->settings : NULL, place, backend, plan) != 0)
		return -1;
	if (option_mask32 & OPT_file)
		return 0;
	if (fresh->valid && store_rejected(&fresh->report, place) != 0)
		return -1;
	if (fresh->valid || (fresh->applied && !is_read_only(place->osconf_dir)))
		return consume_or_remember(merged, place);
	return 0;
}
