/* vi: set sw=4 ts=4: */
/*
 * osconf: the saved settings and os.conf -> settings.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += read.o
#include "read.h"
#include "applied.h"
#include "message.h"
#include "parse.h"

enum { SAVED_SIZE_MAX = 4 * 1024 * 1024 }; /* merges of os.conf files can add up */

int FAST_FUNC understand(struct settings_file *file, int min_keys)
{
	const char *name = file->file.name;
	struct report unknown = { NULL, 0 };
	int keys = parse_text(file->file.text, file->file.len, file->source, &file->settings,
			&file->report, &unknown);

	if (keys < 0)
		return error_msg("%s: not a text file: it has a NUL byte", name);
	if (keys < min_keys) {
		file->report.len = 0;
		return error_msg("%s: no known key (like hostname=, password=, eth0_ip_addr=)", name);
	}
	check_settings(&file->settings, &file->report);
	print_report(&unknown, SAY_NOTICE, name);
	print_report(&file->report, SAY_ERROR, name);
	if (file->source == SAVED_SETTINGS) {
		take_old_entries(&file->settings);
		if (file->settings.foreign)
			return error_msg("%s: not a file of settings, it is left as it is", name);
		if (!keys)
			notice_msg("%s: no settings in it", name);
	}
	file->valid = 1;
	return file->report.text ? -1 : 0;
}

/* True if a directory in a relative name is missing or a link */
static int leads_elsewhere(const char *name)
{
	char *path = xstrdup(name), *slash = path;
	struct stat st;
	int link = 0;

	while (!link && (slash = strchr(slash, '/')) != NULL) {
		*slash = '\0';
		link = (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode));
		*slash++ = '/';
	}
	free(path);
	return link;
}

static int read_one(struct settings_file *saved, const char *name)
{
	int result;

	if (read_file(&saved->file, name, SAVED_SIZE_MAX) != 0)
		return -1;
	result = saved->file.text ? understand(saved, 0) : 0;
	saved->unread = saved->file.text && !saved->valid;
	return result;
}

/* Settings that move to another directory are saved as a new file */
static void save_as_new(struct settings_file *saved, const struct place *place)
{
	saved->file.text = NULL;
	saved->file.name = place->saved;
	saved->file.path = is_relative(place) ? place->saved : xmalloc_follow_symlinks(place->saved);
	if (!saved->file.path)
		saved->unread = 1;
}

static int read_relative(struct settings_file *saved, const struct place *place)
{
	int result;

	if (place->osconf_dir < 0) {
		/* -d names a drive: there are no saved settings */
		if (ENABLE_FEATURE_OSCONF_CONFIG_DRIVE && place->drive >= 0)
			saved->unread = 0;
		return -1; /* already reported, or will be when settings are not saved */
	}
	if (leads_elsewhere(place->saved))
		return error_msg("%s: not in a real directory", place->saved);
	result = read_one(saved, place->saved);
	if (!saved->unread && !saved->file.text) {
		saved->unread = 1;
		result = read_one(saved, SAVED_ABSOLUTE);
		save_as_new(saved, place);
	}
	return result;
}

/* Settings next to os.conf are newer.  They are removed once saved here */
static int read_absolute(struct settings_file *saved, struct place *place)
{
	struct file newer;
	int result;

	newer.text = NULL;
	if (place->osconf_dir >= 0 && read_file(&newer, SAVED_RELATIVE, SAVED_SIZE_MAX) != 0)
		return -1;
	result = read_one(saved, place->saved);
	if (!newer.text || saved->unread)
		return result;
	if (has_entry(&saved->settings, SAVED_RELATIVE, newer.text, newer.len)) {
		place->saved_moved = 1;
		return result;
	}
	saved->report.text = NULL;
	saved->file = newer;
	saved->valid = 0;
	result = understand(saved, 0);
	saved->unread = !saved->valid;
	place->saved_moves = 1;
	save_as_new(saved, place);
	return result;
}

int FAST_FUNC read_saved(struct settings_file *saved, struct place *place)
{
	saved->unread = 1;
	return is_relative(place) ? read_relative(saved, place) : read_absolute(saved, place);
}

int FAST_FUNC read_given_file(struct settings_file *fresh, const char *name)
{
	const char *path = xmalloc_follow_symlinks(name);

	if (path && read_file(&fresh->file, path, OSCONF_SIZE_MAX) != 0)
		return -1;
	return fresh->file.text ? 0 : perror_msg("%s: can't read", name);
}

int FAST_FUNC read_osconf(struct settings_file *fresh, const struct settings *saved)
{
	if (read_file(&fresh->file, OSCONF_FILE, OSCONF_SIZE_MAX) != 0)
		return -1;
	if (!fresh->file.text && access(OSCONF_REJECTED, F_OK) == 0)
		notice_msg("%s is there: see what was refused of the last %s", OSCONF_REJECTED, OSCONF_FILE);
	fresh->applied = has_entry(saved, OSCONF_FILE, fresh->file.text, fresh->file.len);
	if (fresh->applied)
		verbose_msg("%s has been applied before", OSCONF_FILE);
	return 0;
}

void FAST_FUNC wipe_text(struct settings_file *file)
{
	if (file->file.text) {
		memset(file->file.text, 0, file->file.len);
		barrier(); /* keeps the compiler from dropping memset() */
	}
}
