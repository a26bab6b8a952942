/* vi: set sw=4 ts=4: */
/*
 * osconf: the saved settings and os.conf, read and understood -> settings.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += read.o
#include <sys/vfs.h>
#include "osconf.h"

enum {
	RAMFS  = 0x858458f6, /* statfs(2) */
	TMPFS  = 0x01021994,
	RDONLY = 1,
};

/* Returns -1 if there is no such file; what can't be found out, lasts */
static int lasts(const char *path)
{
	struct statfs fs;

	if (statfs(path, &fs) != 0)
		return errno == ENOENT ? -1 : 1;
	return (uint32_t)fs.f_type != RAMFS && (uint32_t)fs.f_type != TMPFS
		&& !(fs.f_flags & RDONLY);
}

int FAST_FUNC is_read_only(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && (fs.f_flags & RDONLY);
}

int FAST_FUNC is_relative(const struct place *place)
{
	return place->saved[0] != '/';
}

void FAST_FUNC find_place(struct place *place, const char *saved)
{
	place->osconf_dir = -1;
	place->saved_moves = 0;
	place->shadow_lasts = 1;
	place->saved = saved ? saved : SAVED_ABSOLUTE;
	if (!(option_mask32 & OPT_root)) {
		int etc_lasts = (lasts("/etc") > 0);
		int shadow_lasts = lasts(bb_path_shadow_file);
		place->shadow_lasts = shadow_lasts < 0 ? etc_lasts : shadow_lasts;
		if (!saved && !etc_lasts)
			place->saved = SAVED_RELATIVE;
		if (saved && is_relative(place)) /* an overlay, say: nobody can see that it goes */
			place->shadow_lasts = 0;
	}
}

/* Reads a file of no more than max bytes.  Returns 0, also where there is
 * none (file->text is NULL); -1 after saying what is wrong. */
static int read_text(struct settings_file *file, int dir, const char *name, off_t max)
{
	struct stat st;
	ssize_t size;
	int fd;

	file->name = name;
	/* what is not a regular file is not even opened */
	if (fstatat(dir, name, &st, dir == AT_FDCWD ? 0 : AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno == ENOENT)
			return 0;
		goto error;
	}
	if (!S_ISREG(st.st_mode)) {
		bb_error_msg("%s: not a regular file", name);
		return -1;
	}
	if (st.st_size > max) {
		bb_error_msg("%s: larger than %u bytes", name, (unsigned)max);
		return -1;
	}
	fd = openat(dir, name, O_RDONLY | (dir == AT_FDCWD ? 0 : O_NOFOLLOW));
	if (fd < 0)
		goto error;
	file->text = xzalloc(st.st_size + 2);
	size = safe_read(fd, file->text, st.st_size + 1);
	close(fd);
	if (size == st.st_size) {
		file->len = size;
		return 0;
	}
	free(file->text);
	file->text = NULL;
	if (size >= 0) {
		bb_error_msg("%s: it changes while it is read", name);
		return -1;
	}
 error:
	bb_perror_msg("can't read %s", name);
	return -1;
}

/* Prints what is wrong with a file: the lines of report that begin with '#' */
static void print_report(const struct report *report, const char *prefix)
{
	const char *line = report->text;

	while (line && *line) {
		const char *end = strchrnul(line, '\n');
		if (line[0] == '#')
			bb_error_msg("%s%.*s", prefix, (int)(end - line - 2), line + 2);
		line = end + 1;
	}
}

/* Text to settings.  Returns 0; -1 after saying what is wrong with the whole
 * file.  prefix is put before what is wrong in it. */
static int understand(struct settings_file *file, const char *prefix, int min_assignments)
{
	struct report unknown = { NULL, 0 };
	int assignments = parse_text(file->text, file->len, &file->settings, &file->report,
			(option_mask32 & OPT_verbose) ? &unknown : NULL);

	if (assignments < min_assignments) {
		bb_error_msg("%s: %s", file->name, assignments < 0
			? "not a text file: it has a NUL byte"
			: "no assignment (key=value) in it");
		return -1;
	}
	settings_check(&file->settings, &file->report);
	print_report(&unknown, prefix);
	print_report(&file->report, prefix);
	file->valid = 1;
	return 0;
}

int FAST_FUNC read_saved(struct settings_file *saved, struct place *place)
{
	char prefix[64];
	int failed = 0;

	/* Those on the first partition are newer than those in /etc: they are
	 * removed when they are saved there */
	if (place->osconf_dir >= 0) {
		const char *name = is_relative(place) ? place->saved : SAVED_RELATIVE;
		failed = read_text(saved, place->osconf_dir, name, SAVED_SIZE_MAX);
		place->saved_moves = (saved->text && !is_relative(place));
	}
	if (!saved->text) {
		const char *name = is_relative(place) ? SAVED_ABSOLUTE : place->saved;
		failed |= read_text(saved, AT_FDCWD, name, SAVED_SIZE_MAX);
	}
	if (saved->text) {
		snprintf(prefix, sizeof(prefix), "%s: ", saved->name);
		failed |= understand(saved, prefix, 0);
		failed |= (saved->report.text != NULL);
	}
	return failed;
}

/* True if this os.conf has been applied, but could not be removed */
static int was_applied(const struct settings_file *fresh, const char *applied)
{
	char *now;
	int same;

	if (!applied)
		return 0;
	now = digest_text(fresh->text, fresh->len, applied);
	same = (strcmp(now, applied) == 0);
	free(now);
	return same;
}

int FAST_FUNC read_given_file(struct settings_file *fresh, const char *file)
{
	if (read_text(fresh, AT_FDCWD, file, OSCONF_SIZE_MAX) != 0)
		return -1;
	if (!fresh->text) {
		bb_perror_msg("can't read %s", file);
		return -1;
	}
	return 0;
}

int FAST_FUNC read_osconf(struct settings_file *fresh, const char *applied, int osconf_dir)
{
	if (read_text(fresh, osconf_dir, OSCONF_FILE, OSCONF_SIZE_MAX) != 0)
		return -1;
	fresh->applied = (fresh->text && was_applied(fresh, applied));
	if (fresh->applied)
		verbose_msg("%s has been applied before", OSCONF_FILE);
	return 0;
}

int FAST_FUNC merge_fresh(struct settings_file *saved, struct settings_file *fresh)
{
	if (!fresh->text || fresh->applied)
		return 0;
	if (understand(fresh, "", 1) != 0)
		return -1;
	settings_merge(&saved->settings, &fresh->settings);
	return fresh->report.text ? -1 : 0;
}

void FAST_FUNC wipe_text(struct settings_file *file)
{
	if (file->text) {
		memset(file->text, 0, file->len);
		barrier(); /* or the compiler may leave it out */
	}
}
