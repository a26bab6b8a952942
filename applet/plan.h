/* vi: set sw=4 ts=4: */
/*
 * osconf: the plan: the steps that set up the network.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_PLAN_H
#define OSCONF_PLAN_H 1

#include "kernel.h"
#include "step.h"

struct plan {
	struct step *step;
	unsigned steps;
	smallint no_default; /* the described cards are there, and none has a default route */
};

/* Adds the steps that make the kernel match the settings.  Steps point into settings
 * and kernel, which must stay valid. */
void make_plan(struct plan *plan, const struct settings *settings,
		const struct kernel *kernel) FAST_FUNC;

#endif
