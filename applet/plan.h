/* vi: set sw=4 ts=4: */
/*
 * osconf: the plan: what is to be done, step by step.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_PLAN_H
#define OSCONF_PLAN_H 1

#include "kernel.h"
#include "step.h"

struct plan {
	struct step *step;
	unsigned steps;
};

/* Works out what is missing in the kernel.  Frees nothing; steps point into
 * settings and kernel. */
void make_plan(struct plan *plan, const struct settings *settings,
		struct kernel *kernel) FAST_FUNC;

#endif
