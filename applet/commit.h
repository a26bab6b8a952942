/* vi: set sw=4 ts=4: */
/*
 * osconf: makes durable what only os.conf holds, then removes os.conf.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_COMMIT_H
#define OSCONF_COMMIT_H 1

#include "save.h"

/* True if there is anything to make durable */
int has_to_commit(const struct commit *c) FAST_FUNC;

/* Refused values would be lost with os.conf, or when saved settings that somebody has edited are
 * rewritten.  An os.conf that can't be removed still has them.
 * Returns the new text of os.conf.rejected, with file to be replaced, or NULL */
char *text_of_rejected(const struct commit *c, int rewritten, struct file *file) FAST_FUNC;

/* True if others than root can read the file of the settings, and modes mean something there */
int can_be_read_by_others(const struct file *file) FAST_FUNC;

/* Makes root's password and the settings durable, and replaces the files in batch.
 * Removes os.conf once password and settings are durable; until then it stays, without a
 * password that has been set, and the next run tries again.
 * Returns 0, or -1 after printing a message. */
int commit(struct commit *c) FAST_FUNC;

#endif
