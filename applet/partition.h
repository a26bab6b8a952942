/* vi: set sw=4 ts=4: */
/*
 * osconf: the first partition.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_PARTITION_H
#define OSCONF_PARTITION_H 1

#include "common.h"

/* Finds the first partition, mounts it in a private mount namespace and opens
 * its directory OSCONF_DIR.
 * spec: UUID=, LABEL=, a block device or a directory where the partition is
 * mounted; NULL: partition 1 of the root's disk, else of the first disk that
 * has the directory.  Waits up to wait_ms milliseconds for it to appear.
 * Returns a descriptor; -1 after saying what is wrong. */
int open_osconf_dir(const char *spec, unsigned wait_ms) FAST_FUNC;

#endif
