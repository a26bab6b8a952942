/* vi: set sw=4 ts=4: */
/*
 * osconf: settings -> durable; then os.conf is consumed.
 * A step that destroys something comes after all that it depends on has been read and
 * done without an error; what only informs holds nothing back.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += commit.o
#include "commit.h"
#include "applied.h"
#include "command.h"
#include "drive.h"
#include "hash.h"
#include "message.h"
#include "parse.h"
#include "password.h"

/* What happens to a source once it is committed */
static int is_drives(const struct settings_file *fresh)
{
	return ENABLE_FEATURE_OSCONF_CONFIG_DRIVE && fresh->source == CONFIG_DRIVE;
}

static int may_be_removed(const struct settings_file *fresh)
{
	return !is_drives(fresh) && !(option_mask32 & OPT_file);
}

/*** Durable names ***/

static void remember_to_sync(struct commit *c, int dir)
{
	int i;

	for (i = 0; i < c->dirs; i++)
		if (c->to_sync[i] == dir)
			return;
	c->to_sync[c->dirs++] = dir;
}

/* Returns 0, or -1 after printing a message.  What has failed once stays so: the kernel
 * reports an error of the disk only once (fsync(2)) */
static int sync_names(struct commit *c)
{
	while (c->dirs)
		c->unsynced |= sync_directory(c->to_sync[--c->dirs], c->place->saved);
	return c->unsynced;
}

static void remember_shadow(struct commit *c)
{
	struct path path;

	if (walk(&path, FROM_ROOT, bb_path_shadow_file) == 0)
		remember_to_sync(c, path.dir);
}

/*** Settings ***/

static int may_be_saved(const struct commit *c)
{
	return c->place->known && c->cards_known && !c->saved->main.unread
		&& (!is_relative(c->place) || c->place->osconf_dir >= 0);
}

static int have_changed(const struct commit *c)
{
	const struct settings_file *main = &c->saved->main;

	return !main->file.text || main->to_rewrite || settings_differ(c->result, &main->settings);
}

static int say_unsaved(const struct commit *c)
{
	return error_msg(c->fresh->valid ? "settings are not saved, %s stays" : "settings are not saved", OSCONF_FILE);
}

/* Queues the settings if they have changed.  Returns 0, or -1 if they can't be saved */
static int save_later(struct commit *c, struct replacement **queued)
{
	*queued = NULL;
	if (!have_changed(c))
		return 0;
	*queued = replace_later(c->batch, &c->saved->main.file, settings_to_text(c->result), 1);
	return *queued ? 0 : -1;
}

static int is_done(const struct replacement *queued)
{
	return !queued || !queued->failed;
}

static int is_writable(const struct file *file)
{
	return !file->text || may_write(file->path.dir, file->path.rest);
}

/* Saves the settings again, with another entry.  Returns 0, or -1 */
static int save_again(struct commit *c)
{
	struct replacement *queued;

	if (!may_be_saved(c) || save_later(c, &queued) != 0)
		return -1;
	replace_all(c->batch);
	if (!is_done(queued))
		return -1;
	remember_to_sync(c, c->saved->main.file.path.dir);
	return sync_names(c);
}

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

/* Drops the entries of files that are no longer there.  A drive that is late is not gone.
 * Returns 0, or -1 after printing a message */
static int drop_old_entries(struct commit *c)
{
	const struct settings_file *fresh = c->fresh;
	int failed;

	if (c->place->osconf_dir < 0 || !c->result->value[KEY_APPLIED])
		return 0;
	failed = drop_if_gone(c, OSCONF_FILE) | drop_if_gone(c, SAVED_RELATIVE);
	if (fresh->valid && may_be_removed(fresh)) { /* it goes, or gets another one */
		set_entry(c->result, OSCONF_FILE, NULL);
		if (names_entry(c->result, DRIVE_FILE))
			set_entry(c->result, DRIVE_FILE, NULL);
	}
	return failed;
}

/* Keeps refused values: they would be lost with os.conf, or when saved settings that
 * somebody has edited are rewritten.  An os.conf that can't be removed still has them. */
static void save_rejected(struct commit *c, int rewritten)
{
	const char *old = rewritten ? c->saved->main.report.text : NULL;
	const char *new = c->fresh->report.text;
	struct file file;
	char *text;

	if ((!old && !new) || (option_mask32 & OPT_file) || c->place->osconf_dir < 0 || is_osconf_dir_read_only(c->place))
		return;
	text = xasprintf("%s%s", old ? old : "", new ? new : "");
	if (read_file(&file, c->place->osconf_dir, OSCONF_REJECTED, REPORT_SIZE * 2) == 0 && !is_text(&file, text))
		replace_later(c->batch, &file, text, 1);
}

/*** Password ***/

/* Saves the settings with an entry of another digest, and another note of a drive's hash: they
 * take the same room, but must not become durable before the password.  Returns 0, or -1 after
 * printing a message. */
static int try_entry(struct commit *c)
{
	struct settings trial, *result = c->result;

	if (c->fresh->digest)
		set_entry(result, c->fresh->file.name, with_other_end(c->fresh->digest));
	trial = *result;
	if (is_drives(c->fresh))
		spoil_known_password(&trial);
	c->result = &trial;
	c->unsaved = (save_again(c) != 0);
	c->result = result;
	return -c->unsaved;
}

/* Where os.conf can be marked ('*'), its password is new.  A file that can't be written, or
 * has other names, needs an entry in the settings: see has_entry().  Where there can be
 * none, or none can be read, nothing tells whether its password was set before, and
 * changed since. */
static int may_be_old(struct commit *c, int can_save)
{
	const struct settings_file *fresh = c->fresh;

	if (option_mask32 & OPT_file)
		return 0;
	if (c->saved->entries_unread)
		return 1;
	if (!fresh->digest && fresh->file.path.st.st_nlink == 1 && is_writable(&fresh->file))
		return 0;
	return !can_save || (!(option_mask32 & OPT_dry_run) && try_entry(c) != 0);
}

static int say_password_stays(const struct settings_file *fresh)
{
	return error_msg("root's password stays: it can't be told whether that of %s was set before", fresh->file.name);
}

/* The hash that root is to have; NULL: as it is.  Returns 0, or -1 after printing a message */
static int find_hash(struct commit *c, const struct root_password *root, int can_save, char **hash)
{
	char *password = c->fresh->settings.value[KEY_PASSWORD];
	char *saved = c->result->value[KEY_PASSWORD_HASH];

	*hash = NULL;
	if (password) {
		if (is_drives(c->fresh)) /* it is the hash */
			*hash = try_hash(password) == 0 ? password : NULL;
		else
			*hash = hash_password(password, root->hash);
		if (!*hash)
			return -1;
		if (!has_none(root) && strcmp(*hash, root->hash) != 0 && may_be_old(c, can_save))
			return say_password_stays(c->fresh);
		return 0;
	}
	/* of a time when /etc/shadow was not persistent; else somebody wrote it there */
	if (saved && (c->saved->moves || has_none(root)))
		*hash = saved;
	else if (saved)
		notice_msg("%s: password_hash: dropped, root has a password", c->place->saved);
	return 0;
}

/* Returns 0, or -1 after printing a message */
static int set_password(struct commit *c, int can_save)
{
	struct root_password root;
	char *hash;

	if (read_root_password(&root) != 0 || find_hash(c, &root, can_save, &hash) != 0)
		return -1;
	if (hash && set_root_password(&root, hash) != 0)
		return -1;
	if (hash)
		remember_shadow(c);
	c->password_is_set = (c->fresh->settings.value[KEY_PASSWORD] != NULL);
	c->result->value[KEY_PASSWORD_HASH] = NULL;
	return 0;
}

/* If /etc/shadow is not persistent, the hash is saved with the settings, and set at every
 * boot */
static int save_password(struct commit *c)
{
	char *password = c->fresh->settings.value[KEY_PASSWORD];
	char *hash = c->result->value[KEY_PASSWORD_HASH];

	if (is_drives(c->fresh))
		hash = try_hash(password) == 0 ? password : NULL;
	else
		hash = hash_password(password, hash);
	if (!hash)
		return -1;
	c->result->value[KEY_PASSWORD_HASH] = hash;
	return 0;
}

/* Returns 0, or -1 after printing a message: the password is not durable */
static int commit_password(struct commit *c, int can_save)
{
	int is_fresh = (c->fresh->settings.value[KEY_PASSWORD] != NULL);
	int persistent = c->place->shadow_persistent;

	if (!is_fresh && (persistent != YES || !c->result->value[KEY_PASSWORD_HASH]))
		return 0;
	if (persistent == UNKNOWN)
		return -1; /* already reported */
	if (persistent == YES)
		return set_password(c, can_save);
	if (ENABLE_FEATURE_OSCONF_VOLATILE)
		return save_password(c);
	set_password(c, can_save); /* until the next boot, to which os.conf stays */
	c->password_is_set = 0;
	return -1;
}

/*** os.conf goes ***/

/* Its name goes first, so that it is never applied again; it is wiped at the end */
static int consume(const struct place *place)
{
	int dir = place->osconf_dir;
	struct stat old;

	/* else an earlier one's text would be left on the disk */
	if (fstatat(dir, OSCONF_DONE, &old, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(old.st_mode)
	 && wipe_file(dir, OSCONF_DONE) != 0
	) {
		return -1;
	}
	if (renameat(dir, OSCONF_FILE, dir, OSCONF_DONE) != 0)
		return perror_msg("%s: can't remove", OSCONF_FILE);
	return sync_directory(dir, OSCONF_DIR);
}

static int remove_moved(const struct place *place)
{
	if (unlinkat(place->osconf_dir, SAVED_RELATIVE, 0) != 0)
		return perror_msg("%s: can't remove", SAVED_RELATIVE);
	return sync_directory(place->osconf_dir, OSCONF_DIR);
}

/* Saves an entry for a file that can't be removed, so that it is not applied again.
 * Returns 0, or -1 if it may be applied again. */
static int save_entry(struct commit *c, const char *name)
{
	struct file file;
	char *digest;

	if (read_file(&file, c->place->osconf_dir, name, INT_MAX) != 0 || !file.text)
		return -1;
	digest = entry_digest(c->result, file.text, file.len);
	wipe_text(&file);
	if (!digest)
		return -1;
	set_entry(c->result, name, digest);
	return save_again(c);
}

/* The password in an os.conf that stays has been set: it is overwritten, so that it is not
 * set again.  In one write: half of it is no base64.
 * Returns 0, or -1 if the file can't be changed, or has other names */
static int star_osconf(const struct place *place)
{
	struct file file;
	int failed;

	if (is_osconf_dir_read_only(place)
	 || read_file(&file, place->osconf_dir, OSCONF_FILE, OSCONF_SIZE_MAX) != 0 || !file.text
	 || file.path.st.st_nlink != 1
	) {
		return -1;
	}
	star_passwords(file.text, file.len);
	failed = overwrite(place->osconf_dir, OSCONF_FILE, file.text, file.len);
	if (failed && errno != EROFS && errno != EPERM)
		perror_msg("%s: can't write", OSCONF_FILE);
	wipe_text(&file);
	return failed;
}

/* What is durable elsewhere goes.  Returns 0, or -1 after printing a message */
static int remove_sources(struct commit *c)
{
	const struct settings_file *fresh = c->fresh;
	int failed = 0;

	if (ENABLE_FEATURE_OSCONF_VOLATILE && c->saved->moves) {
		failed = remove_moved(c->place);
		if (failed && save_entry(c, SAVED_RELATIVE) != 0)
			return -1;
	}
	if (!fresh->valid || !may_be_removed(fresh))
		return failed;
	if (!fresh->report.text && unlinkat(c->place->osconf_dir, OSCONF_REJECTED, 0) != 0
	 && errno != ENOENT && errno != EROFS
	) {
		failed = perror_msg("%s: can't remove", OSCONF_REJECTED);
	}
	if (consume(c->place) == 0)
		return failed;
	star_osconf(c->place);
	if (!fresh->digest)
		save_entry(c, OSCONF_FILE);
	return -1;
}

/* os.conf stays, for another reason than its password */
static void keep_source(struct commit *c)
{
	if (!c->password_is_set || !may_be_removed(c->fresh) || sync_names(c) != 0)
		return;
	if (star_osconf(c->place) != 0)
		save_entry(c, OSCONF_FILE);
}

/*** The commit point ***/

static int can_be_read_by_others(const struct file *file)
{
	return file->text && ((file->path.st.st_mode & 077) || file->path.st.st_uid != geteuid());
}

/* Where somebody else has made them; a file system that has no modes is no error */
static void protect_settings(const struct file *file)
{
	int fd;

	if (!can_be_read_by_others(file))
		return;
	fd = openat(file->path.dir, file->path.rest, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0) {
		fchmod(fd, 0600);
		fchown(fd, geteuid(), -1);
		close(fd);
	}
}

/* What was applied at an earlier boot can be removed now: the name first, then the entry,
 * since the platform may write the same text again.  Returns 0, or -1 */
static int remove_applied(struct commit *c)
{
	int failed = 0;

	if (ENABLE_FEATURE_OSCONF_VOLATILE && c->saved->moved)
		failed |= remove_moved(c->place);
	if (c->fresh->applied && may_be_removed(c->fresh) && !is_osconf_dir_read_only(c->place))
		failed |= consume(c->place);
	return failed;
}

/* Password and settings, and all queued files.  An entry must not become durable before
 * the password.  Returns 0, or -1 after printing a message */
static int make_durable(struct commit *c)
{
	struct replacement *queued = NULL;
	int can_save = may_be_saved(c);
	int password;

	if (can_save && c->fresh->digest)
		can_save = is_writable(&c->saved->main.file);
	password = commit_password(c, can_save);
	if (c->fresh->digest && password == 0) {
		password = sync_names(c);
		if (password == 0)
			set_entry(c->result, c->fresh->file.name, c->fresh->digest);
	}
	if (is_drives(c->fresh) && password != 0)
		forget_known_password(c->result);
	can_save &= !c->unsaved;
	if (!can_save)
		say_unsaved(c);
	else if (password == 0 || !c->saved->moves) /* only os.conf.saved has the hash */
		can_save = save_later(c, &queued) == 0;
	save_rejected(c, queued != NULL);
	replace_all(c->batch);
	if (!can_save || !is_done(queued))
		return -1;
	if (queued)
		remember_to_sync(c, c->saved->main.file.path.dir);
	return sync_names(c) | password;
}

static int has_to_commit(const struct commit *c)
{
	return c->fresh->valid || c->saved->moves || c->saved->main.to_rewrite
		|| settings_differ(c->result, &c->saved->main.settings)
		|| (c->place->shadow_persistent == YES && c->result->value[KEY_PASSWORD_HASH] && may_be_saved(c));
}

int FAST_FUNC commit(struct commit *c)
{
	int failed = remove_applied(c);
	int entry_is_saved = names_entry(&c->saved->main.settings, OSCONF_FILE);

	if (c->saved->main.valid)
		protect_settings(&c->saved->main.file);
	failed |= drop_old_entries(c);
	if (!has_to_commit(c)) {
		replace_all(c->batch);
	} else if (make_durable(c) == 0) {
		entry_is_saved = 0;
		failed |= remove_sources(c);
	} else {
		failed = -1;
		if (c->fresh->valid)
			keep_source(c);
	}
	/* as long as its entry is saved, os.conf.done tells whose that is */
	if (c->place->osconf_dir >= 0 && !entry_is_saved)
		failed |= wipe_file(c->place->osconf_dir, OSCONF_DONE);
	return failed || c->batch->failed ? -1 : 0;
}

/*** With -n ***/

/* Root's hash is read only where it decides: who tries a file out need not be root */
static int print_password(struct commit *c, int can_save)
{
	const char *hash = c->result->value[KEY_PASSWORD_HASH];
	int is_fresh = c->fresh->valid && c->fresh->settings.value[KEY_PASSWORD];
	int persistent = c->place->shadow_persistent;
	struct root_password root;

	if (is_fresh ? persistent == UNKNOWN : !hash)
		return 0;
	if (!is_fresh || (persistent == YES && may_be_old(c, can_save))) {
		if (read_root_password(&root) != 0)
			return -1;
		if (is_fresh && !has_none(&root))
			return say_password_stays(c->fresh);
		if (!is_fresh && (strcmp(root.hash, hash) == 0
		 || (persistent != NO && !c->saved->moves && !has_none(&root))))
			return 0;
	}
	puts("# root's password is changed");
	return 0;
}

/* -n itself has mounted the partition read-only */
static int could_be_written(const struct commit *c)
{
	if (is_relative(c->place))
		return !is_osconf_dir_read_only(c->place);
	return can_be_replaced(&c->saved->main.file);
}

static void print_removal(const char *name)
{
	printf("# %s is removed\n", name);
}

int FAST_FUNC print_commit(struct commit *c)
{
	const struct settings_file *fresh = c->fresh;
	int can_remove = c->place->osconf_dir >= 0 && !is_osconf_dir_read_only(c->place);
	int goes = can_remove && fresh->applied && may_be_removed(fresh);
	int moved = can_remove && c->saved->moved;
	int failed, commits, saves, can_save, password = 0;

	if (!ENABLE_FEATURE_OSCONF_DRY_RUN)
		return 0; /* also where nobody collects what is unused: a static program with glibc */
	if (goes)
		set_entry(c->result, OSCONF_FILE, NULL);
	if (moved)
		set_entry(c->result, SAVED_RELATIVE, NULL);
	failed = drop_old_entries(c);
	commits = has_to_commit(c);
	saves = have_changed(c) || fresh->digest;
	can_save = may_be_saved(c) && (!saves || could_be_written(c));
	print_files(c->batch->first);
	if (c->saved->main.valid && can_be_read_by_others(&c->saved->main.file))
		printf("# %s becomes readable by root only\n", c->place->saved);
	if (commits || c->place->shadow_persistent != YES)
		password = print_password(c, can_save);
	if (commits && !can_save)
		failed = say_unsaved(c);
	else if (commits && saves)
		printf("# settings are saved in %s\n", c->place->saved);
	if (commits && can_save && password == 0) {
		goes |= fresh->valid && may_be_removed(fresh) && !fresh->digest;
		moved |= can_remove && c->saved->moves;
	}
	if (goes)
		print_removal(OSCONF_FILE);
	if (moved)
		print_removal(SAVED_RELATIVE);
	if (can_remove && is_there(c->place->osconf_dir, OSCONF_DONE))
		print_removal(OSCONF_DONE);
	return failed || password || c->batch->failed ? -1 : 0;
}
