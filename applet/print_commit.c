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

/* Root's hash is read only where it decides: who tries a file out need not be root */
static int print_password(struct commit *c, int can_save)
{
	const char *hash = c->result->value[KEY_PASSWORD_HASH];
	int is_fresh = has_password(c->fresh);
	int persistent = c->place->shadow_persistent;
	struct root_password root;

	if (is_fresh ? persistent == UNKNOWN : !hash)
		return 0;
	if (!is_fresh || (persistent == YES && !may_replace_password(c, can_save))) {
		if (read_root_password(&root) != 0)
			return -1;
		if (!is_fresh && strcmp(root.hash, hash) == 0)
			return 0;
		if (!has_none(&root) && !may_replace_password(c, can_save))
			return say_password_stays(c);
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
