/* vi: set sw=4 ts=4: */
/*
 * osconf: the saved settings and os.conf -> settings.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += read.o
#include "read.h"
#include "applied.h"
#include "message.h"
#include "parse.h"
#include "replace.h"

enum { SAVED_SIZE_MAX = 4 * 1024 * 1024 }; /* merges of os.conf files can add up */

int FAST_FUNC understand(struct settings_file *file, int min_keys)
{
	const char *name = file->file.name;
	struct report unknown = { NULL, 0 };

	file->keys = parse_text(file->file.text, file->file.len, file->source, &file->settings, &file->report, &unknown);
	if (file->keys < 0)
		return error_msg("%s: not a text file: it has a NUL byte", name);
	if (file->keys < min_keys) {
		file->report.text = NULL;
		return error_msg("%s: no known key (like hostname=, password=, eth0_ip_addr=)", name);
	}
	print_report(&unknown, SAY_NOTICE, name);
	file->to_rewrite |= file->source == SAVED_SETTINGS && file->settings.value[KEY_PASSWORD];
	check_settings(&file->settings, &file->report);
	if (file->source == SAVED_SETTINGS)
		take_old_entries(&file->settings);
	if (file->source == SAVED_SETTINGS && file->settings.foreign)
		return error_msg("%s: not a file of settings, it is left as it is", name);
	print_report(&file->report, SAY_ERROR, name);
	file->valid = 1;
	return file->report.text ? -1 : 0;
}

/*** Saved settings ***/

/* A file that is somebody else's (-s /etc/fstab) is left alone.  One without a single key
 * (edited, or cut off) counts as none. */
int FAST_FUNC understand_saved(struct settings_file *saved)
{
	int result = saved->file.text ? understand(saved, 0) : 0;

	if (saved->settings.foreign)
		saved->report.text = NULL;
	saved->unread |= saved->file.text && !saved->valid;
	if (saved->valid && !saved->keys) {
		notice_msg("%s: no settings in it", saved->file.name);
		saved->valid = 0;
	}
	return result;
}

int FAST_FUNC read_settings(struct settings_file *saved, int dir, const char *name)
{
	saved->source = SAVED_SETTINGS;
	saved->file.name = name;
	saved->unread = 1;
	if ((dir == FROM_ROOT ? find_to_replace(&saved->file, name) : find_file(&saved->file, dir, name)) != 0
	 || read_found(&saved->file, SAVED_SIZE_MAX) != 0
	) {
		return -1;
	}
	if (saved->file.path.foreign)
		return error_msg("%s: another user's file, where he can write", name);
	saved->to_rewrite = saved->file.torn;
	saved->unread = 0;
	return 0;
}

/* The name of a file that is next to os.conf, else NULL: a link or another mount leads there */
static const char *name_next_to_osconf(const struct path *path, const struct place *place)
{
	return place->osconf_dir >= 0 && is_same_directory(path->dir, place->osconf_dir) ? path->rest : NULL;
}

int FAST_FUNC read_saved(struct saved *saved, const struct place *place)
{
	struct settings_file *main = &saved->main;
	int failed = read_settings(main, FROM_ROOT, place->saved);
	const char *name = name_next_to_osconf(&main->file.path, place);

	if (name && !is_saved_name(name)) {
		main->file.text = NULL;
		main->unread = 1;
		failed = error_msg("%s: leads to %s, one of osconf's own files", place->saved, name);
	}
	failed |= understand_saved(main);
	if (!ENABLE_FEATURE_OSCONF_VOLATILE && place->osconf_dir >= 0 && is_there(place->osconf_dir, SAVED_RELATIVE)) {
		main->unread = 1;
		failed = refuse_volatile(SAVED_RELATIVE);
	}
	saved->entries_unread = main->unread && !main->settings.foreign; /* then its entries were read */
	return failed;
}

/*** os.conf ***/

/* If os.conf.done is there and has os.conf's entry, that was the one which had been applied.
 * Returns -1 after printing why it can't be read */
static int is_entry_of_done(const struct settings *known, int dir)
{
	struct file done;
	int result;

	if (find_file(&done, dir, OSCONF_DONE) != 0)
		return -1;
	if (!S_ISREG(done.path.st.st_mode))
		return 0;
	if (read_found(&done, OSCONF_SIZE_MAX) != 0)
		return -1;
	result = has_entry(known, OSCONF_FILE, done.text, done.len);
	wipe_text(&done);
	return result;
}

int FAST_FUNC read_osconf(struct settings_file *fresh, const struct place *place, const struct settings *known)
{
	int of_drive = is_drives(fresh);
	int stays = of_drive || is_osconf_dir_read_only(place);
	int dir = of_drive ? place->drive : place->osconf_dir;
	const char *name = of_drive ? DRIVE_FILE : OSCONF_FILE;
	struct file *file = &fresh->file;
	int applied;

	if (read_file(&fresh->file, dir, name, OSCONF_SIZE_MAX) != 0)
		return -1;
	if (file->text && !stays)
		stays = !may_write_next_to_osconf(place, name);
	if (!file->text && !of_drive && is_there(dir, OSCONF_REJECTED))
		notice_msg("%s is there: see what was refused of the last %s", OSCONF_REJECTED, name);
	applied = has_entry(known, name, file->text, file->len);
	if (applied > 0 && !stays) { /* where os.conf.done stays for ever, it tells nothing */
		int of_done = is_entry_of_done(known, dir);

		applied = of_done < 0 ? of_done : !of_done;
	}
	if (applied < 0) {
		wipe_text(file);
		file->text = NULL;
		return -1;
	}
	fresh->applied = applied;
	if (fresh->applied)
		verbose_msg("%s has been applied before", name);
	else if (file->text && stays) {
		fresh->digest = entry_digest(known, file->text, file->len);
		return fresh->digest ? 0 : -1;
	}
	return 0;
}
