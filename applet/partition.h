/* vi: set sw=4 ts=4: */
/*
 * osconf: the first partition.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_PARTITION_H
#define OSCONF_PARTITION_H 1

#include "place.h"
#include "wait.h"

/* Finds the first partition, mounts it read-only in a private mount namespace and opens
 * its directory OSCONF_DIR as place->osconf_dir.  Waits for the partition until the
 * deadline.
 * spec: UUID=, LABEL=, a block device, or a directory where the partition is mounted.
 * NULL: partition 1 of the disk that holds /; if / is on no disk, partition 1 of the
 * first disk that has the directory.
 * A spec may also name a config drive; its root directory becomes place->drive then.
 * Returns 0, or -1 after printing a message. */
int open_osconf_dir(struct place *place, const char *spec, deadline_t deadline) FAST_FUNC;

/* True if place->osconf_dir has what this run removes, or saves anew, so that
 * open_for_writing() is called before any of it is read */
int has_work(const struct place *place) FAST_FUNC;

/* Mounts the partition anew for writing, unless it is so already or is a directory that
 * was given, and opens place->osconf_dir anew.
 * Only for whom wait_for_others() has let in.
 * Returns 0, or -1 after printing a message: it may be open all the same, read-only. */
int open_for_writing(struct place *place) FAST_FUNC;

#endif
