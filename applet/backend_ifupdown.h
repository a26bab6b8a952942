/* vi: set sw=4 ts=4: */
/*
 * osconf: -b ifupdown: the network in /etc/network/interfaces.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_BACKEND_IFUPDOWN_H
#define OSCONF_BACKEND_IFUPDOWN_H 1

#include "plan.h"
#include "section.h"

/* Queues the plan, made for a machine with nothing set up, for replace_all() to
 * write.  A plan without steps removes osconf's section.  Returns 0, or -1 after
 * printing a message. */
int converge_ifupdown(struct batch *batch, const struct plan *plan) FAST_FUNC;

#endif
