/* vi: set sw=4 ts=4: */
/*
 * osconf: the dry run of commit.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_PRINT_COMMIT_H
#define OSCONF_PRINT_COMMIT_H 1

#include "commit.h"

/* Prints what commit() would do: the batch as commands, the rest as shell comments.
 * Returns 0, or -1 after printing a message. */
int print_commit(struct commit *c) FAST_FUNC;

#endif
