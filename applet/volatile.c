/* vi: set sw=4 ts=4: */
/*
 * osconf: a root that is not persistent -> settings beside os.conf, and root's password
 * from them at every boot.  Once it is persistent, they move.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//config:config FEATURE_OSCONF_VOLATILE
//config:	bool "A root that is not persistent: os.conf.saved (950 bytes)"
//config:	default y
//config:	depends on OSCONF
//config:	help
//config:	Where /etc is in memory or read-only, osconf saves the settings and
//config:	the password's hash next to os.conf on the first partition, and
//config:	applies them from there at every boot.  Without this, such an /etc is
//config:	an error, and so are -s with a relative name and an os.conf.saved:
//config:	osconf does what can be done live, saves nothing, and os.conf stays.

//kbuild:lib-$(CONFIG_FEATURE_OSCONF_VOLATILE) += volatile.o
#include "volatile.h"
#include "applied.h"
#include "message.h"
#include "password.h"

/*** Read ***/

/* What another file says is used, and is saved here unless what is here can't be read */
static void stand_in(struct settings_file *saved, const struct settings_file *other)
{
	saved->unread |= other->unread;
	if (!other->valid)
		return;
	saved->settings = other->settings;
	saved->report = other->report;
	saved->valid = 1;
	saved->file.text = NULL; /* saved as a new file */
}

int FAST_FUNC read_saved_relative(struct saved *both, const struct place *place)
{
	struct settings_file *saved = &both->main;
	struct settings_file older;
	int failed = -1; /* already reported */

	saved->unread = 1;
	if (place->osconf_dir >= 0) {
		failed = read_settings(saved, place->osconf_dir, place->saved) | understand_saved(saved);
	} else if (ENABLE_FEATURE_OSCONF_CONFIG_DRIVE && place->drive >= 0) {
		saved->unread = 0; /* -d names a drive: there are no saved settings */
	}
	both->entries_unread = saved->unread;
	if (saved->valid)
		return failed;
	memset(&older, 0, sizeof(older));
	failed |= read_settings(&older, FROM_ROOT, SAVED_ABSOLUTE) | understand_saved(&older);
	stand_in(saved, &older);
	return failed;
}

/* A link, or another mount, may lead there */
static int is_same_file(const struct file *a, const struct file *b)
{
	const struct stat *st = &a->path.st, *other = &b->path.st;

	return st->st_mode && other->st_mode && is_same_inode(st, other);
}

int FAST_FUNC read_newer(struct saved *saved, const struct place *place)
{
	struct settings_file *main = &saved->main;
	struct settings_file newer;
	int failed, moved, refused = main->settings.entries_refused;

	if (place->osconf_dir < 0)
		return 0;
	memset(&newer, 0, sizeof(newer));
	failed = read_settings(&newer, place->osconf_dir, SAVED_RELATIVE);
	if (is_same_file(&newer.file, &main->file))
		return failed;
	moved = has_entry(&main->settings, SAVED_RELATIVE, newer.file.text, newer.file.len);
	if (moved < 0)
		saved->entries_unread = main->unread = 1;
	saved->moved = (moved > 0);
	if (moved)
		return failed | (moved < 0);
	if (newer.file.text) {
		saved->stays = is_osconf_dir_read_only(place);
		saved->digest = entry_digest(&main->settings, newer.file.text, newer.file.len);
		if (!saved->digest)
			main->unread = 1;
		if (saved->stays && refused) /* it may have been moved before: what somebody has edited counts */
			return -1;
	}
	failed |= understand_saved(&newer);
	main->unread |= newer.unread;
	if (newer.valid) {
		saved->moves = !main->unread; /* else it may have been moved before */
		stand_in(main, &newer);
	} else {
		saved->stays = 0;
	}
	return failed;
}

/*** Set ***/

int FAST_FUNC converge_password(const struct settings *settings, const struct place *place)
{
	const char *hash = settings->value[KEY_PASSWORD_HASH];
	struct root_password root;

	if (!hash || place->shadow_persistent == YES)
		return 0;
	if (read_root_password(&root) != 0)
		return -1;
	/* where it is persistent, the user may have changed it */
	if (place->shadow_persistent == UNKNOWN && !has_none(&root))
		return error_msg("root's password stays: it can't be told whether %s is persistent", bb_path_shadow_file);
	return set_root_password(&root, hash);
}
