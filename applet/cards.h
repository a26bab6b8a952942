/* vi: set sw=4 ts=4: */
/*
 * osconf: assigns network cards to interfaces.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_CARDS_H
#define OSCONF_CARDS_H 1

#include "kernel.h"
#include "wait.h"

/* Assigns each described interface its card (card.eth).  Waits for missing
 * cards until the deadline.
 * fresh: the settings of os.conf, or NULL.  If no card has a MAC address given there,
 * another card is used and its MAC address stored in settings: an unreachable
 * instance would be worse.  Saved settings are never applied to another card: they
 * may come from the instance from which this image was made.
 * Returns 0, or -1 after printing which cards are missing. */
int find_cards(struct settings *settings, struct kernel *kernel,
		const struct settings *fresh, deadline_t deadline) FAST_FUNC;

/* Reads the cards again: one may have been renamed, or have gone and come back.  Each
 * interface keeps the card that has the index, else the MAC address, of the one it had.
 * Returns 0, or -1 after printing which cards are missing now. */
int find_cards_again(const struct settings *settings, struct kernel *kernel) FAST_FUNC;

#endif
