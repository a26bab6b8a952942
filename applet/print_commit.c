/* vi: set sw=4 ts=4: */
/*
 * osconf: settings, queued files -> what commit() would do, in words and commands.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_FEATURE_OSCONF_DRY_RUN) += print_commit.o
#include "print_commit.h"
#include "applied.h"
#include "command.h"
#include "commit_password.h"
#include "message.h"
#include "password.h"

/* Who tries a file out need not be root, who alone can read root's hash: without him, it is read
 * only where it decides */
static int print_password(struct commit *c, int can_save)
{
	char **saved = &c->result->value[KEY_PASSWORD_HASH], *hash = *saved;
	int is_fresh = has_password(c->fresh);
	int may_replace = may_replace_password(c, can_save);
	struct root_password root = { NULL, NULL };

	if (is_fresh ? c->place->shadow_persistent == UNKNOWN : !hash)
		return 0;
	if ((!is_fresh || !may_replace || geteuid() == 0) && read_root_password(&root) != 0)
		return -1;
	if (is_fresh)
		hash = make_hash(c->fresh, root.hash);
	if (!hash)
		return -1;
	*saved = c->place->shadow_persistent == YES ? NULL : hash;
	if (root.hash && has_hash(&root, hash))
		return 0;
	if (root.hash && !may_replace && !has_none(&root) && strcmp(root.hash, hash) != 0)
		return say_password_stays(c);
	puts("# root's password is changed");
	return 0;
}

static int can_save_settings(struct commit *c)
{
	struct replacement *queued;

	if (!may_be_saved(c))
		return 0;
	if (is_relative(c->place))
		return !have_to_be_saved(c) || !is_osconf_dir_read_only(c->place);
	return save_later(c, &queued) == 0;
}

static int print_protection(const struct commit *c)
{
	const struct file *file = &c->saved->main.file;

	if (!can_be_read_by_others(file))
		return 0;
	if (is_relative(c->place) ? !may_write_next_to_osconf(c->place, file->path.rest)
	 : !root_may_write(file->path.dir, file->path.rest)
	) {
		return perror_msg("%s: can't write", file->name);
	}
	printf("# %s becomes readable by root only\n", file->name);
	return 0;
}

/* Returns 0, or -1 after printing what a run would: wrong */
static int print_removal(const struct commit *c, const char *name, const char *wrong)
{
	if (!may_write_next_to_osconf(c->place, name))
		return perror_msg(wrong, name);
	printf("# %s is removed\n", name);
	return 0;
}

/* What becomes of the files next to os.conf.  committed: all that they hold is durable.
 * Returns 0, or -1 after printing a message */
static int print_sources(const struct commit *c, int committed, int password_is_set)
{
	static const char cant_remove[] ALIGN1 = "%s: can't remove";
	const struct settings_file *fresh = c->fresh;
	int read_only = is_osconf_dir_read_only(c->place);
	int removable = may_be_removed(fresh);
	int failed = 0;

	if (c->saved->moved || (committed && c->saved->moves))
		failed |= print_removal(c, SAVED_RELATIVE, cant_remove);
	if (removable && (fresh->applied ? !read_only : committed && fresh->valid)) {
		failed |= print_removal(c, OSCONF_FILE, cant_remove);
		if (!fresh->applied && !fresh->report.text && is_there(c->place->osconf_dir, OSCONF_REJECTED))
			failed |= print_removal(c, OSCONF_REJECTED, cant_remove);
	} else if (removable && password_is_set && fresh->file.path.st.st_nlink == 1
	 && may_write_next_to_osconf(c->place, OSCONF_FILE)
	) {
		puts("# the password in "OSCONF_FILE" is overwritten");
	}
	if ((committed || !names_entry(&c->saved->main.settings, OSCONF_FILE))
	 && is_there(c->place->osconf_dir, OSCONF_DONE)
	) {
		failed |= print_removal(c, OSCONF_DONE, "%s: can't wipe and remove");
	}
	return failed;
}

int FAST_FUNC print_commit(struct commit *c)
{
	const struct settings_file *fresh = c->fresh;
	int can_remove = c->place->osconf_dir >= 0 && !is_osconf_dir_read_only(c->place);
	int failed, commits, tried, can_save, is_set, password = 0;
	struct file rejected;

	if (can_remove && fresh->applied && may_be_removed(fresh))
		set_entry(c->result, OSCONF_FILE, NULL);
	if (can_remove && c->saved->moved)
		set_entry(c->result, SAVED_RELATIVE, NULL);
	failed = drop_old_entries(c);
	if (fresh->digest)
		set_entry(c->result, fresh->file.name, fresh->digest);
	if (c->saved->stays)
		set_entry(c->result, SAVED_RELATIVE, c->saved->digest);
	print_files(c->batch->first);
	if (c->saved->main.valid)
		failed |= print_protection(c);
	commits = has_to_commit(c);
	tried = commits && have_to_be_saved(c);
	can_save = commits && can_save_settings(c);
	if (commits || c->place->shadow_persistent != YES)
		password = print_password(c, can_save);
	if (can_save && !tried)
		can_save = can_save_settings(c);
	is_set = has_password(fresh) && password == 0 && c->place->shadow_persistent == YES;
	if (commits && !may_be_saved(c))
		failed = say_unsaved(c);
	else if (can_save && have_to_be_saved(c))
		printf("# settings are saved in %s\n", c->place->saved);
	if (commits && text_of_rejected(c, can_save && have_to_be_saved(c), &rejected))
		printf("# %s is written\n", OSCONF_REJECTED);
	if (c->place->osconf_dir >= 0)
		failed |= print_sources(c, can_save && password == 0, is_set);
	return failed || password || can_save != commits || c->batch->failed ? -1 : 0;
}
