/* vi: set sw=4 ts=4: */
/*
 * osconf: runs a function that may die, and survives it.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_GUARD_H
#define OSCONF_GUARD_H 1

#include "common.h"

enum { DIED = -2 };

/* Runs function(data).  Returns its result, or DIED if libbb died in it (xmalloc(),
 * xchroot(), pw_encrypt()): errno is the cause, or 0 if unknown.
 * Calls may be nested. */
int run_guarded(int (*function)(void *data), void *data) FAST_FUNC;

#endif
