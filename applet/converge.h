/* vi: set sw=4 ts=4: */
/*
 * osconf: files derived from the settings at every boot.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_CONVERGE_H
#define OSCONF_CONVERGE_H 1

#include "place.h"
#include "replace.h"
#include "settings.h"

/* Queues /etc/hostname, /etc/hosts and /etc/resolv.conf for replace_all() where they
 * differ from the settings.  Returns 0, or -1 after printing a message. */
int converge_files(const struct settings *settings, const struct place *place, struct batch *batch) FAST_FUNC;

#endif
