/* vi: set sw=4 ts=4: */
/*
 * osconf: -b: the network in the files of another system, which brings it up.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
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

/* Returns the backend of that name; -1 after saying which there are */
int backend_of(const char *name) FAST_FUNC;

/* Has replace_all() write a plan, made for a machine where nothing is set up,
 * into the files of a backend; what osconf has written into those of others is
 * removed.  Returns 0; -1 after saying what is wrong. */
int converge_backends(struct batch *batch, int backend, const struct plan *plan) FAST_FUNC;

#endif
