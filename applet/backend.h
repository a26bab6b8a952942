/* vi: set sw=4 ts=4: */
/*
 * osconf: -b: the network configuration files of another system.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_BACKEND_H
#define OSCONF_BACKEND_H 1

#include "plan.h"
#include "section.h"

/* Who brings the network up.  MUST match the names in backend_of() */
enum {
	BACKEND_LIVE,                 /* osconf itself, by run_plan() */
	BACKEND_IFUPDOWN,
	BACKEND_SYSCONFIG = BACKEND_LIVE + ENABLE_FEATURE_OSCONF_IFUPDOWN + 1,
};

/* Returns the BACKEND_* of that name, or -1 after printing the valid names */
int backend_of(const char *name) FAST_FUNC;

/* Queues the plan, made for a machine with nothing set up, for replace_all() to
 * write to the backend's files.  Removes osconf's sections from the files of the
 * other backends.  Returns 0, or -1 after printing a message. */
int converge_backends(struct batch *batch, int backend, const struct plan *plan) FAST_FUNC;

#endif
