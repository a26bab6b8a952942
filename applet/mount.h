/* vi: set sw=4 ts=4: */
/*
 * osconf: file systems, mounted in a private mount namespace.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_MOUNT_H
#define OSCONF_MOUNT_H 1

#include "common.h"

/* Mounts whichever of /proc, /sys and /dev is not mounted yet, where that can
 * be done: those that need them say what is missing. */
void mount_kernel_filesystems(void) FAST_FUNC;

/* Returns the type of a device's file system by its superblock: vfat, ext2,
 * ext3, ext4, or ufstype=...; NULL: none of these.  If spec is not NULL, only
 * if it is its UUID= or LABEL=. */
const char *file_system_type(const char *device, const char *spec) FAST_FUNC;

/* Mounts a device of that type and opens its root; read-only, and without
 * replaying a journal, with -n.  Returns a descriptor that holds the mount; -1
 * after saying what is wrong. */
int open_mounted(const char *device, const char *type) FAST_FUNC;

#endif
