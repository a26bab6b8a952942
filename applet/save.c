/* vi: set sw=4 ts=4: */
/*
 * osconf: settings, with the entries of what can't be removed -> their file.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += save.o
#include "save.h"
#include "applied.h"
#include "message.h"

/*** Durable names ***/

void FAST_FUNC remember_to_sync(struct commit *c, int dir)
{
	int i;

	for (i = 0; i < c->dirs; i++)
		if (c->to_sync[i] == dir)
			return;
	c->to_sync[c->dirs++] = dir;
}

int FAST_FUNC sync_names(struct commit *c)
{
	if (c->batch->unsynced) { /* that error was theirs, too */
		c->unsynced = -1;
		c->password_unsynced = 1;
	}
	while (c->dirs) {
		int dir = c->to_sync[--c->dirs];
		int of_shadow = (dir == c->shadow_dir);

		if (sync_directory(dir, of_shadow ? bb_path_shadow_file : c->place->saved) != 0) {
			c->unsynced = -1;
			c->password_unsynced |= of_shadow;
		}
	}
	return c->unsynced;
}

/*** Settings ***/

int FAST_FUNC may_be_saved(const struct commit *c)
{
	return c->place->known && c->cards_known && !c->saved->main.unread
		&& (!is_relative(c->place) || c->place->osconf_dir >= 0);
}

int FAST_FUNC have_to_be_saved(const struct commit *c)
{
	const struct settings_file *main = &c->saved->main;

	return !main->file.text || main->to_rewrite || settings_differ(c->result, &main->settings);
}

int FAST_FUNC say_unsaved(const struct commit *c)
{
	return error_msg(c->fresh->valid ? "settings are not saved, %s stays" : "settings are not saved", OSCONF_FILE);
}

int FAST_FUNC save_later(struct commit *c, struct replacement **queued)
{
	*queued = NULL;
	if (!have_to_be_saved(c))
		return 0;
	*queued = replace_later(c->batch, &c->saved->main.file, settings_to_text(c->result), 1);
	return *queued ? 0 : -1;
}

int FAST_FUNC save_again(struct commit *c)
{
	struct replacement *queued;

	if (!may_be_saved(c) || save_later(c, &queued) != 0)
		return -1;
	replace_all(c->batch);
	if (queued && queued->failed)
		return -1;
	remember_to_sync(c, c->saved->main.file.path.dir);
	return sync_names(c);
}

/*** Entries ***/

/* Returns 0, or -1 after printing why it can't be told whether the file is gone */
static int drop_if_gone(struct commit *c, const char *name)
{
	struct stat st;

	if (fstatat(c->place->osconf_dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	if (errno != ENOENT)
		return perror_msg("%s: can't read", name);
	set_entry(c->result, name, NULL);
	return 0;
}

int FAST_FUNC drop_old_entries(struct commit *c)
{
	const struct settings_file *fresh = c->fresh;
	int failed;

	if (c->place->osconf_dir < 0 || !c->result->value[KEY_APPLIED])
		return 0;
	failed = drop_if_gone(c, OSCONF_FILE) | drop_if_gone(c, SAVED_RELATIVE);
	if (fresh->valid && may_be_removed(fresh)) { /* it goes, or gets another one */
		set_entry(c->result, OSCONF_FILE, NULL);
		set_entry(c->result, DRIVE_FILE, NULL);
	}
	return failed;
}

int FAST_FUNC save_entry(struct commit *c)
{
	struct file file;
	char *digest;

	if (read_file(&file, c->place->osconf_dir, OSCONF_FILE, INT_MAX) != 0 || !file.text)
		return -1;
	digest = entry_digest(c->result, file.text, file.len);
	wipe_text(&file);
	if (!digest)
		return -1;
	set_entry(c->result, OSCONF_FILE, digest);
	return save_again(c);
}
