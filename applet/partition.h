/* vi: set sw=4 ts=4: */
/*
 * osconf: the first partition.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_PARTITION_H
#define OSCONF_PARTITION_H 1

#include "place.h"
#include "wait.h"

/* Finds the first partition, mounts it in a private mount namespace and opens its
 * directory OSCONF_DIR as place->osconf_dir.  Waits for the partition until the
 * deadline.
 * spec: UUID=, LABEL=, a block device, or a directory where the partition is mounted.
 * NULL: partition 1 of the disk that holds /; if / is on no disk, partition 1 of the
 * first disk that has the directory.
 * A spec may also name a config drive; its root directory becomes place->drive then.
 * Returns 0, or -1 after printing a message. */
int open_osconf_dir(struct place *place, const char *spec, deadline_t deadline) FAST_FUNC;

#endif
