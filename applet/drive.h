/* vi: set sw=4 ts=4: */
/*
 * osconf: the config drive of Tencent Cloud.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_DRIVE_H
#define OSCONF_DRIVE_H 1

#include "place.h"
#include "read.h"
#include "wait.h"

/* Looks for the drive among the block devices, and opens its root directory as
 * place->drive; -1: there is none.  Waits for it until the deadline.
 * Returns 0, or -1 after printing a message. */
int open_drive(struct place *place, deadline_t deadline) FAST_FUNC;

/* Drops the fresh password if saved says that this instance, by its instance_id, has got
 * it before: its user may have changed it since.  Notes both in fresh. */
void drop_known_password(struct settings *fresh, const struct settings *saved) FAST_FUNC;

/* Makes it a note of nothing, as long as it was */
void spoil_known_password(struct settings *settings) FAST_FUNC;

/* Drops that note, so that the password is set again */
void forget_known_password(struct settings *settings) FAST_FUNC;

#endif
