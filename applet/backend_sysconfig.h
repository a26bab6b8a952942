/* vi: set sw=4 ts=4: */
/*
 * osconf: -b sysconfig: the network in /etc/sysconfig.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_BACKEND_SYSCONFIG_H
#define OSCONF_BACKEND_SYSCONFIG_H 1

#include "plan.h"
#include "section.h"

/* Has replace_all() write a plan, made for a machine where nothing is set up;
 * one without steps removes all that is osconf's.  Returns 0; -1 after saying
 * what is wrong. */
int converge_sysconfig(struct batch *batch, const struct plan *plan) FAST_FUNC;

#endif
