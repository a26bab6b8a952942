/* vi: set sw=4 ts=4: */
/*
 * osconf: a root that is not persistent: settings are next to os.conf.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_VOLATILE_H
#define OSCONF_VOLATILE_H 1

#include "read.h"

/* read_saved() for a name that is_relative().  Settings in /etc may be of an earlier time,
 * when that was persistent: they stand in for missing ones */
int read_saved_relative(struct saved *saved, const struct place *place) FAST_FUNC;

/* After read_saved(): settings next to os.conf, if there are any, are newer and take the
 * place of what was read.  They are removed once saved.
 * Returns 0, or -1 after printing a message. */
int read_newer(struct saved *saved, const struct place *place) FAST_FUNC;

/* If /etc/shadow is not persistent, sets root's password from the saved hash.
 * Returns 0, or -1 after printing a message. */
int converge_password(const struct settings *settings, const struct place *place) FAST_FUNC;

#endif
