/* vi: set sw=4 ts=4: */
/*
 * osconf: only one run at a time.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_LOCK_H
#define OSCONF_LOCK_H 1

#include "wait.h"

/* Waits until no other run is left, or until the deadline, and keeps others out until
 * the process ends.  Comes before mount_kernel_filesystems(): each mount of /proc has files
 * of its own, and two runs have to lock the same one.  And before the first partition:
 * whoever has that mounted keeps others from mounting it for writing.
 * root: the argument of -R, or NULL.
 * Returns 0, or -1 after printing a message: no file may be replaced or removed then. */
int wait_for_others(const char *root, deadline_t deadline) FAST_FUNC;

#endif
