/* vi: set sw=4 ts=4: */
/*
 * osconf: runs a plan.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_RUN_H
#define OSCONF_RUN_H 1

#include "plan.h"

/* Runs the steps of a plan in this process, and says what is done.  What fails is said
 * only if it is not tried again: by then, it may not be missing any more.
 * Returns 0, or -1 if steps failed, which are marked; the others are done. */
int run_plan(struct kernel *kernel, struct plan *plan, int again) FAST_FUNC;

#endif
