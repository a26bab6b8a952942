/* vi: set sw=4 ts=4: */
/*
 * osconf: runs a plan.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_RUN_H
#define OSCONF_RUN_H 1

#include "plan.h"

/* Runs the steps of a plan in this process, or prints them with -n.
 * Returns 0, or -1 after printing which steps failed; the others are done. */
int run_plan(const struct plan *plan) FAST_FUNC;

#endif
