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
#include "commit_password.h"
#include "consume.h"
#include "drive.h"
#include "message.h"
#include <linux/magic.h>
#include <sys/vfs.h>

char* FAST_FUNC text_of_rejected(const struct commit *c, int rewritten, struct file *file)
{
	const char *old = rewritten ? c->saved->main.report.text : NULL;
	const char *new = c->fresh->report.text;
	char *text;

	if ((!old && !new) || (option_mask32 & OPT_file) || c->place->osconf_dir < 0 || is_osconf_dir_read_only(c->place))
		return NULL;
	text = xasprintf("%s%s", old ? old : "", new ? new : "");
	if (read_file(file, c->place->osconf_dir, OSCONF_REJECTED, REPORT_SIZE * 2) != 0 || is_text(file, text))
		return NULL;
	return text;
}

/* os.conf stays, for another reason than its password */
static void keep_source(struct commit *c)
{
	if (!c->password_is_set || !may_be_removed(c->fresh))
		return;
	sync_names(c);
	if (c->password_unsynced)
		return;
	if (star_osconf(c->place) != 0)
		save_entry(c);
}

/* What is durable elsewhere goes.  Returns 0, or -1 after printing a message */
static int remove_sources(struct commit *c)
{
	const struct settings_file *fresh = c->fresh;
	int failed = 0;

	if (ENABLE_FEATURE_OSCONF_VOLATILE && c->saved->moves) {
		failed = remove_moved(c->place);
		if (failed && !c->saved->stays) {
			set_entry(c->result, SAVED_RELATIVE, c->saved->digest);
			if (save_again(c) != 0) {
				keep_source(c);
				return -1;
			}
		}
	}
	if (!fresh->valid || !may_be_removed(fresh))
		return failed;
	if (!fresh->report.text && unlinkat(c->place->osconf_dir, OSCONF_REJECTED, 0) != 0
	 && errno != ENOENT && errno != EROFS
	) {
		failed = perror_msg("%s: can't remove", OSCONF_REJECTED);
	}
	if (consume(c->place) == 0) {
		if (!fresh->digest)
			return failed;
		set_entry(c->result, OSCONF_FILE, NULL); /* it could be removed after all */
		return save_again(c) != 0 ? -1 : failed;
	}
	star_osconf(c->place);
	if (!fresh->digest)
		save_entry(c);
	return -1;
}

/*** The commit point ***/

int FAST_FUNC can_be_read_by_others(const struct file *file)
{
	struct statfs fs;

	return file->text && ((file->path.st.st_mode & 077) || file->path.st.st_uid != geteuid())
		&& !(fstatfs(file->path.dir, &fs) == 0 && fs.f_type == MSDOS_SUPER_MAGIC);
}

/* Where somebody else has made them.  Returns 0, or -1 after printing a message */
static int protect_settings(const struct file *file)
{
	int fd, failed;

	if (!can_be_read_by_others(file))
		return 0;
	fd = open_at(file->path.dir, file->path.rest, O_RDONLY, 0);
	failed = fd < 0 || fchmod(fd, 0600) != 0 || fchown(fd, geteuid(), -1) != 0;
	if (failed)
		perror_msg("%s: can't write", file->name);
	else
		done_msg("%s is readable by root only now", file->name);
	if (fd >= 0)
		close(fd);
	return -failed;
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
	const struct file *file = &c->saved->main.file;
	struct replacement *queued = NULL;
	struct file rejected;
	char *text;
	int can_save = may_be_saved(c);
	int password;

	if (can_save && c->fresh->digest && file->text)
		can_save = may_write(file->path.dir, file->path.rest);
	password = commit_password(c, can_save);
	if (password == 0 && (c->fresh->digest || c->saved->stays))
		password = sync_names(c);
	if (c->fresh->digest && (password == 0 || c->password_stays))
		set_entry(c->result, c->fresh->file.name, c->fresh->digest);
	if (c->saved->stays && password == 0)
		set_entry(c->result, SAVED_RELATIVE, c->saved->digest);
	if (is_drives(c->fresh) && password != 0)
		forget_known_password(c->result);
	can_save &= !c->unsaved;
	if (!can_save)
		say_unsaved(c);
	else if (password == 0 || !c->saved->moves) /* only os.conf.saved has the hash */
		can_save = save_later(c, &queued) == 0;
	text = text_of_rejected(c, queued != NULL, &rejected);
	if (text)
		replace_later(c->batch, &rejected, text, 1);
	replace_all(c->batch);
	if (!can_save || (queued && queued->failed))
		return -1;
	if (queued)
		remember_to_sync(c, file->path.dir);
	return sync_names(c) | password;
}

int FAST_FUNC has_to_commit(const struct commit *c)
{
	return c->fresh->valid || c->saved->moves || c->saved->stays || c->saved->main.to_rewrite
		|| settings_differ(c->result, &c->saved->main.settings)
		|| (c->place->shadow_persistent == YES && c->result->value[KEY_PASSWORD_HASH] && may_be_saved(c));
}

int FAST_FUNC commit(struct commit *c)
{
	int failed = remove_applied(c);
	int entry_is_saved = names_entry(&c->saved->main.settings, OSCONF_FILE);

	if (!failed) /* a removal that is not durable may be undone */
		failed = drop_old_entries(c);
	if (c->saved->main.valid)
		failed |= protect_settings(&c->saved->main.file);
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
