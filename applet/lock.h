/* vi: set sw=4 ts=4: */
/*
 * osconf: only one run at a time.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_LOCK_H
#define OSCONF_LOCK_H 1

#include "wait.h"

/* Waits until no other run is left, or until the deadline, and keeps others out until
 * the process ends.  /sys must be mounted, and nothing of the partition yet: whoever has
 * it mounted keeps others from mounting it for writing.
 * root: the argument of -R, or NULL.
 * Returns 0, or -1 after printing a message: no file may be replaced or removed then. */
int wait_for_others(const char *root, deadline_t deadline) FAST_FUNC;

#endif
