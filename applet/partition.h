/* vi: set sw=4 ts=4: */
/*
 * osconf: the first partition.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_PARTITION_H
#define OSCONF_PARTITION_H 1

#include "common.h"

/* Finds the first partition, mounts it in a private mount namespace and opens its
 * directory OSCONF_DIR.  Waits up to wait_ms milliseconds for the partition.
 * spec: UUID=, LABEL=, a block device, or a directory where the partition is mounted.
 * NULL: partition 1 of the disk that holds /; if / is on no disk, partition 1 of the
 * first disk that has the directory.
 * Returns a descriptor, or -1 after printing a message. */
int open_osconf_dir(const char *spec, unsigned wait_ms) FAST_FUNC;

#endif
