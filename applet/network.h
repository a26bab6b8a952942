/* vi: set sw=4 ts=4: */
/*
 * osconf: host name, cards and routes in the kernel.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_NETWORK_H
#define OSCONF_NETWORK_H 1

#include "kernel.h"

/* Runs, or with -n prints, what makes the kernel match the settings.  Reads its host name;
 * takes from kernel what else it has.  Returns 0, or -1 after printing what failed. */
int run_once(const struct settings *settings, struct kernel *kernel) FAST_FUNC;

/* The same, but reads what the kernel has now, and again afterwards: 0 means that it
 * matches.  What does not yet is set once more.  kernel: the cards, as find_cards()
 * has read them; old: not just now. */
int converge_network(const struct settings *settings, struct kernel *kernel, int old) FAST_FUNC;

#endif
