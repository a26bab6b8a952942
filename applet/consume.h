/* vi: set sw=4 ts=4: */
/*
 * osconf: removes what is durable elsewhere.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_CONSUME_H
#define OSCONF_CONSUME_H 1

#include "place.h"

/* Makes os.conf os.conf.done, durably, so that it is never applied again; an earlier
 * os.conf.done is wiped first.  Who has no more need of the name wipes it.
 * Returns 0, or -1 after printing a message. */
int consume(const struct place *place) FAST_FUNC;

/* Removes os.conf.saved, durably: its settings are in /etc.  Returns 0, or -1 after printing a
 * message. */
int remove_moved(const struct place *place) FAST_FUNC;

/* Overwrites the password in an os.conf that stays, so that it is not set again.  In one
 * write: half of it is no base64.  Returns 0, or -1 if the file can't be changed, or has
 * other names. */
int star_osconf(const struct place *place) FAST_FUNC;

#endif
