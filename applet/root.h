/* vi: set sw=4 ts=4: */
/*
 * osconf: -R: files of a machine that is not this one.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_ROOT_H
#define OSCONF_ROOT_H 1

#include "kernel.h"

/* Fills in the cards of a machine that has lo and all described cards, with nothing set up */
void assume_cards(struct kernel *kernel, const struct settings *settings) FAST_FUNC;

#endif
