/* vi: set sw=4 ts=4: */
/*
 * osconf: settings -> durable; then os.conf is consumed.
 * A step that destroys something runs only after everything it depends on has been
 * read and done without an error.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += commit.o
#include "commit.h"
#include "applied.h"
#include "drive.h"
#include "hash.h"
#include "message.h"
#include "password.h"

struct commit {
	struct settings *settings;
	const struct settings_file *saved, *fresh;
	const struct place *place;
	struct batch *batch;
	const struct replacement *saved_settings, *rejected; /* NULL: unchanged */
	const char *shadow; /* NULL: password unchanged */
};

/* os.conf may be on a drive that is there at every boot */
static int stays(const struct settings_file *fresh)
{
	return ENABLE_FEATURE_OSCONF_CONFIG_DRIVE && fresh->source == CONFIG_DRIVE;
}

/*** Password ***/

/* If /etc/shadow is not persistent, saves the hash with the settings; every boot sets
 * the password from there.  If it is, moves a saved hash into it, once.
 * Returns 0, or -1 on error. */
static int commit_password(struct commit *c)
{
	char *password = c->settings->value[KEY_PASSWORD];
	char *hash = c->settings->value[KEY_PASSWORD_HASH];
	const char *like = hash;
	struct root_password root;

	if (!password && !(c->place->shadow_persistent && hash))
		return 0;
	if (c->place->shadow_persistent) {
		if (read_root_password(&root) != 0)
			return -1;
		like = root.hash;
	}
	if (password) {
		if (stays(c->fresh)) /* it is the hash */
			hash = try_hash(password) == 0 ? password : NULL;
		else
			hash = hash_password(password, like);
		if (!hash)
			return -1;
	}
	if (!c->place->shadow_persistent) {
		c->settings->value[KEY_PASSWORD_HASH] = hash;
		return 0;
	}
	if (set_root_password(&root, hash) != 0)
		return -1;
	c->settings->value[KEY_PASSWORD_HASH] = NULL;
	c->shadow = root.path;
	return 0;
}

/*** Settings ***/

static int may_be_saved(const struct commit *c)
{
	return c->place->known && !c->saved->unread
		&& (!is_relative(c->place) || c->place->osconf_dir >= 0);
}

/* Returns 0, or -1 on error */
static int save_settings(struct commit *c)
{
	const struct file *old = &c->saved->file;

	if (old->text && !settings_differ(c->settings, &c->saved->settings))
		return 0;
	c->saved_settings = replace_later(c->batch, old, settings_to_text(c->settings), 0600);
	return c->saved_settings ? 0 : -1;
}

/* Keeps refused values: they would be lost with os.conf, or when saved settings that
 * somebody has edited are rewritten.  An os.conf that can't be removed still has them. */
static int save_rejected(struct commit *c)
{
	const char *old = c->saved_settings ? c->saved->report.text : NULL;
	const char *new = c->fresh->report.text;
	struct file file;

	if ((!old && !new) || (option_mask32 & OPT_file) || is_read_only(c->place->osconf_dir))
		return 0;
	if (ENABLE_FEATURE_OSCONF_CONFIG_DRIVE && c->place->osconf_dir < 0)
		return 0;
	file.name = file.path = OSCONF_REJECTED;
	file.text = NULL;
	c->rejected = replace_later(c->batch, &file, xasprintf("%s%s", old ? old : "", new ? new : ""), 0600);
	return c->rejected ? 0 : -1;
}

/* The config drive's os.conf stays: that it is applied is saved with the settings, which
 * must not become durable before the password.
 * password: 0 if that is set.  Returns 0, or -1 if the next boot has to set it again */
static int remember_drive(struct commit *c, int password)
{
	if (password == 0 && c->shadow)
		password = sync_names(c->shadow, NULL, NULL);
	if (password == 0)
		set_entry(c->settings, DRIVE_FILE, c->fresh->digest);
	else
		forget_known_password(c->settings);
	return password;
}

/* Returns 0, or -1 if any part failed */
static int prepare(struct commit *c)
{
	int password = commit_password(c);

	if (ENABLE_FEATURE_OSCONF_CONFIG_DRIVE && c->fresh->digest)
		password = remember_drive(c, password);
	if (!may_be_saved(c))
		return error_msg("settings are not saved, %s stays", OSCONF_FILE);
	if (password != 0 && c->place->saved_moves) /* only os.conf.saved has the hash */
		return -1;
	if (save_settings(c) != 0 || save_rejected(c) != 0)
		return -1;
	return password;
}

static int is_done(const struct replacement *replacement)
{
	return !replacement || !replacement->failed;
}

/* Also syncs what an earlier run renamed: it may have stopped before this point */
static int sync_committed(const struct commit *c)
{
	return sync_names(c->saved->file.path, c->shadow, c->rejected ? OSCONF_REJECTED : NULL);
}

/*** os.conf goes ***/

static int consume(void)
{
	if (rename(OSCONF_FILE, OSCONF_DONE) != 0)
		return perror_msg("%s: can't remove", OSCONF_FILE);
	return sync_names(OSCONF_DONE, NULL, NULL) == 0 ? wipe_file(OSCONF_DONE) : -1;
}

static int remove_moved(void)
{
	if (unlink(SAVED_RELATIVE) != 0)
		return perror_msg("%s: can't remove", SAVED_RELATIVE);
	return sync_names(SAVED_RELATIVE, NULL, NULL);
}

/* Saves the digest of a file that can't be removed, so that it is not applied again.
 * Returns 0, or -1 if it may be applied again. */
static int remember(struct commit *c, const char *name)
{
	struct file file;
	char *digest;

	if (read_file(&file, name, INT_MAX) != 0 || !file.text)
		return -1;
	digest = entry_digest(c->settings, file.text, file.len);
	memset(file.text, 0, file.len);
	set_entry(c->settings, name, digest);
	if (!digest || save_settings(c) != 0)
		return -1;
	replace_all(c->batch);
	return is_done(c->saved_settings) ? sync_committed(c) : -1;
}

/* Removes os.conf and os.conf.saved: their contents are durable elsewhere */
static int remove_sources(struct commit *c)
{
	int failed = 0;

	if (c->place->saved_moves) {
		failed = remove_moved();
		if (failed && remember(c, SAVED_RELATIVE) != 0)
			return -1;
	}
	if (!c->fresh->valid || (option_mask32 & OPT_file))
		return failed;
	if (!c->rejected)
		unlink(OSCONF_REJECTED);
	if (stays(c->fresh) || consume() == 0)
		return failed;
	remember(c, OSCONF_FILE);
	return -1;
}

/*** The commit point ***/

int FAST_FUNC commit(struct settings *settings, const struct settings_file *saved,
		const struct settings_file *fresh, const struct place *place, struct batch *batch)
{
	struct commit c = { settings, saved, fresh, place, batch, NULL, NULL, NULL };
	int to_commit = fresh->valid || place->saved_moves;
	int failed = 0;

	if (fresh->valid && !(option_mask32 & OPT_file) && !stays(fresh)) {
		set_entry(settings, OSCONF_FILE, NULL);
		if (ENABLE_FEATURE_OSCONF_CONFIG_DRIVE) /* this platform has none */
			set_entry(settings, DRIVE_FILE, NULL);
	}
	if (place->saved_moved) {
		batch->failed = (remove_moved() != 0);
		if (!batch->failed) {
			set_entry(settings, SAVED_RELATIVE, NULL);
			to_commit = 1;
		}
	}
	if (fresh->applied && !is_read_only(place->osconf_dir)) {
		failed = consume();
		if (!failed) {
			set_entry(settings, OSCONF_FILE, NULL);
			to_commit = 1;
		}
	}
	if (to_commit)
		failed |= prepare(&c);
	replace_all(batch);
	if (to_commit && !failed && is_done(c.saved_settings) && is_done(c.rejected)) {
		failed = sync_committed(&c);
		if (!failed)
			failed = remove_sources(&c);
	}
	return batch->failed ? -1 : failed;
}

void FAST_FUNC print_commit(const struct settings_file *fresh, const struct place *place)
{
	if (fresh->settings.value[KEY_PASSWORD])
		puts("# root's password is changed");
	printf("# settings are saved in %s\n", place->saved);
	if (!(option_mask32 & OPT_file) && !stays(fresh))
		puts("# "OSCONF_FILE" is removed");
}
