/* vi: set sw=4 ts=4: */
/*
 * osconf: mounts file systems in a private mount namespace.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_MOUNT_H
#define OSCONF_MOUNT_H 1

#include "common.h"

/* Mounts /proc, /sys and /dev if they are not mounted yet.  Ignores errors: code that
 * needs one of them reports what is missing. */
void mount_kernel_filesystems(void) FAST_FUNC;

/* Reads a device's superblock.  Returns its file system type: vfat, ext2, ext3, ext4;
 * with FEATURE_OSCONF_UFS ufstype=..., with FEATURE_OSCONF_CONFIG_DRIVE iso9660; or NULL
 * if it is none of these.  If spec is not NULL, also returns NULL unless spec is the
 * UUID= or LABEL= of the file system. */
const char *file_system_type(const char *device, const char *spec) FAST_FUNC;

/* Opens a directory in an open one.  Returns a descriptor, or -1 with errno set, also if
 * it is a link */
int open_real_dir(int dir, const char *name) FAST_FUNC;

/* Mounts a device of that type and opens its root directory.
 * read_only: true to mount it read-only, which writes nothing to the disk but what a
 * journal has to be replayed, and with -n not that either.  Set to how it is mounted:
 * the other way where it is mounted so elsewhere, or can't be mounted for writing.
 * Returns a descriptor that keeps it mounted, or -1 after printing a message. */
int open_mounted(const char *device, const char *type, smallint *read_only) FAST_FUNC;

#endif
