/* vi: set sw=4 ts=4: */
/*
 * osconf: which card is which interface.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_CARDS_H
#define OSCONF_CARDS_H 1

#include "kernel.h"

/* Gives each described interface its card (card.eth), and waits up to wait_ms
 * milliseconds for those that are missing.
 * fresh: what os.conf says; NULL: there is none.  Where it names a MAC address
 * that no card has, another card is used, and its MAC address put into settings:
 * an instance that can't be reached is worse.  Saved settings are never applied
 * so: they may be those of the instance from which this image was made.
 * Returns 0; -1 after saying which cards are missing. */
int find_cards(struct settings *settings, struct kernel *kernel,
		const struct settings *fresh, unsigned wait_ms) FAST_FUNC;

#endif
