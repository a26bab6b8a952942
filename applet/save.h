/* vi: set sw=4 ts=4: */
/*
 * osconf: saves the settings.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_SAVE_H
#define OSCONF_SAVE_H 1

#include "read.h"
#include "replace.h"

/* What is to become durable */
struct commit {
	struct settings *result;      /* the saved settings with what os.conf changes */
	struct saved *saved;
	const struct settings_file *fresh; /* the os.conf that is applied, or was (fresh->applied) */
	const struct place *place;
	struct batch *batch;
	smallint cards_known;         /* result has the MAC addresses of the cards that are used */

	/* how far it is */
	int to_sync[3], dirs;         /* directories with new names */
	int shadow_dir;               /* the one of /etc/shadow's */
	int unsynced;                 /* -1: a name is not durable */
	smallint password_unsynced;   /* nor is /etc/shadow's */
	smallint password_is_set;     /* from os.conf, in /etc/shadow */
	smallint password_stays;      /* what root has: it can't be told whether os.conf's is new */
	smallint unsaved;             /* the settings could not be saved */
};

/* A directory that has a new name, for sync_names() */
void remember_to_sync(struct commit *c, int dir) FAST_FUNC;

/* Makes these names durable.  Returns 0, or -1 after printing a message.  What has failed
 * once stays so: the kernel reports an error of the disk only once (fsync(2)) */
int sync_names(struct commit *c) FAST_FUNC;

int may_be_saved(const struct commit *c) FAST_FUNC;
int have_to_be_saved(const struct commit *c) FAST_FUNC;

/* Prints that settings are not saved, and returns -1 */
int say_unsaved(const struct commit *c) FAST_FUNC;

/* Drops the entries of files that are no longer there.  A drive that is late is not gone.
 * Returns 0, or -1 after printing a message. */
int drop_old_entries(struct commit *c) FAST_FUNC;

/* Queues the settings if they have changed: *queued, or NULL.  Returns 0, or -1 if they
 * can't be saved. */
int save_later(struct commit *c, struct replacement **queued) FAST_FUNC;

/* Saves the settings at once, durably, with another entry.  Returns 0, or -1 */
int save_again(struct commit *c) FAST_FUNC;

/* Saves an entry for an os.conf that can't be removed, so that it is not applied again.
 * Returns 0, or -1 if it may be. */
int save_entry(struct commit *c) FAST_FUNC;

#endif
