/* vi: set sw=4 ts=4: */
/*
 * osconf: waits for what is not there yet. All waits of a run end at one deadline.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_WAIT_H
#define OSCONF_WAIT_H 1

#include "common.h"

typedef unsigned long long deadline_t; /* monotonic_ms() at which to give up; 0: at once */

/* Sleeps for a moment.  Returns false at once if the deadline has passed. */
int wait_until(deadline_t deadline) FAST_FUNC;

#endif
