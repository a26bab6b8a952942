/* vi: set sw=4 ts=4: */
/*
 * osconf: os.conf's password -> /etc/shadow; if that is not persistent, the settings.
 * A password is applied once: the user may have changed it since.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += commit_password.o
#include "commit_password.h"
#include "applied.h"
#include "drive.h"
#include "hash.h"
#include "message.h"
#include "password.h"

/* A file that can't be removed, or marked ('*'), needs an entry in the settings: see has_entry().
 * os.conf.saved always does, since it is removed only when the settings are in /etc. */
static int needs_entry(const struct commit *c)
{
	if (!has_password(c->fresh))
		return c->saved->moves;
	if (option_mask32 & OPT_file)
		return 0;
	return c->fresh->digest || c->fresh->file.path.st.st_nlink != 1 || !may_write_next_to_osconf(c->place, OSCONF_FILE);
}

/* Where there can be no entry, or none can be read, nothing tells whether the password was
 * set before, and changed since */
int FAST_FUNC may_replace_password(const struct commit *c, int can_save)
{
	int fresh = has_password(c->fresh);

	if (c->place->shadow_persistent == NO || (fresh && (option_mask32 & OPT_file)))
		return 1;
	if (!fresh) /* os.conf.saved moves only if no entry says that it has */
		return c->saved->moves && c->place->shadow_persistent == YES && can_save;
	return !c->saved->entries_unread && (can_save || !needs_entry(c));
}

/* Saves the settings with entries of other digests, and another note of a drive's hash: they
 * take the same room, but must not become durable before the password.  Returns 0, or -1 after
 * printing a message. */
static int try_entry(struct commit *c)
{
	struct settings trial, *result = c->result;

	if (c->fresh->digest)
		set_entry(result, c->fresh->file.name, with_other_end(c->fresh->digest));
	if (c->saved->stays)
		set_entry(result, SAVED_RELATIVE, with_other_end(c->saved->digest));
	trial = *result;
	if (is_drives(c->fresh))
		spoil_known_password(&trial);
	c->result = &trial;
	c->unsaved = (save_again(c) != 0);
	c->result = result;
	return -c->unsaved;
}

int FAST_FUNC say_password_stays(const struct commit *c)
{
	const char *name = has_password(c->fresh) ? c->fresh->file.name : SAVED_RELATIVE;

	if (c->place->shadow_persistent == UNKNOWN)
		return error_msg("root's password stays: it can't be told whether %s is persistent", bb_path_shadow_file);
	if (has_password(c->fresh) || c->saved->moves)
		return error_msg("root's password stays: it can't be told whether that of %s was set before", name);
	/* somebody wrote it there */
	notice_msg("%s: password_hash: dropped, root has a password", c->place->saved);
	return 0;
}

char* FAST_FUNC make_hash(const struct settings_file *fresh, const char *like)
{
	char *password = fresh->settings.value[KEY_PASSWORD];

	if (!is_drives(fresh))
		return hash_password(password, like);
	return try_hash(password) == 0 ? password : NULL; /* it is the hash */
}

/* True if root is to get that hash.  Tries whether its entry can be saved */
static int is_to_be_set(struct commit *c, const struct root_password *root, const char *hash, int can_save)
{
	if (has_none(root))
		return 1;
	if (strcmp(hash, root->hash) == 0)
		return has_password(c->fresh) || c->saved->moves;
	return may_replace_password(c, can_save) && (!needs_entry(c) || try_entry(c) == 0);
}

/* Returns 0, or -1 after printing a message */
static int set_password(struct commit *c, int can_save)
{
	char *hash = c->result->value[KEY_PASSWORD_HASH];
	struct root_password root;
	struct path path;

	if (read_root_password(&root) != 0)
		return -1;
	if (has_password(c->fresh))
		hash = make_hash(c->fresh, root.hash);
	if (!hash)
		return -1;
	if (!is_to_be_set(c, &root, hash, can_save)) {
		c->password_stays = (say_password_stays(c) != 0);
		if (c->password_stays)
			return -1;
	} else {
		if (walk(&path, FROM_ROOT, bb_path_shadow_file) != 0)
			return perror_msg("%s: can't read", bb_path_shadow_file);
		if (set_root_password(&root, hash) != 0)
			return -1;
		c->shadow_dir = path.dir;
		remember_to_sync(c, path.dir);
	}
	c->password_is_set = has_password(c->fresh);
	c->result->value[KEY_PASSWORD_HASH] = NULL;
	return 0;
}

/* Returns 0, or -1 after printing a message */
static int save_password(struct commit *c)
{
	char *hash = make_hash(c->fresh, c->result->value[KEY_PASSWORD_HASH]);

	if (!hash)
		return -1;
	c->result->value[KEY_PASSWORD_HASH] = hash;
	return 0;
}

int FAST_FUNC commit_password(struct commit *c, int can_save)
{
	int persistent = c->place->shadow_persistent;

	if (!has_password(c->fresh) && (persistent != YES || !c->result->value[KEY_PASSWORD_HASH]))
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
