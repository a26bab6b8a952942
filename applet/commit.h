/* vi: set sw=4 ts=4: */
/*
 * osconf: makes durable what only os.conf holds, then removes os.conf.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_COMMIT_H
#define OSCONF_COMMIT_H 1

#include "read.h"
#include "replace.h"

/* What is to become durable */
struct commit {
	struct settings *result;      /* the saved settings with what os.conf changes */
	const struct saved *saved;
	const struct settings_file *fresh; /* the os.conf that is applied, or was (fresh->applied) */
	const struct place *place;
	struct batch *batch;
	smallint cards_known;         /* result has the MAC addresses of the cards that are used */

	/* commit() itself */
	int to_sync[3], dirs;         /* directories with new names */
	smallint password_is_set;     /* from os.conf, in /etc/shadow */
	smallint unsaved;             /* the settings could not be saved */
	int unsynced;                 /* -1: a name is not durable */
};

/* Makes root's password and the settings durable, and replaces the files in batch.
 * Removes os.conf once password and settings are durable; until then it stays, without a
 * password that has been set, and the next run tries again.
 * Returns 0, or -1 after printing a message. */
int commit(struct commit *c) FAST_FUNC;

/* With -n: prints what commit() would do: the batch as commands, the rest as shell comments.
 * Returns 0, or -1 after printing a message. */
int print_commit(struct commit *c) FAST_FUNC;

#endif
