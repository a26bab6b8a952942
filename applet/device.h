/* vi: set sw=4 ts=4: */
/*
 * osconf: block devices.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_DEVICE_H
#define OSCONF_DEVICE_H 1

#include "common.h"

enum {
	NAME_SIZE = 32, /* of a block device: the kernel's DISK_NAME_LEN */
	DEVICE_SIZE = sizeof("/dev/") + NAME_SIZE + sizeof("p1"),
};

#define SYS_BLOCK "/sys/class/block/"

/* Replaces name by the next one in a sysfs directory, in alphabetical order, which is
 * stable; "" is before the first.  Returns false if there are no more */
int next_name(const char *sys_dir, char name[NAME_SIZE]) FAST_FUNC;

/* Writes the path in /dev for a name in sysfs */
void device_of(const char *name, char device[DEVICE_SIZE]) FAST_FUNC;

/* Goes on to the next block device with a file system that has that UUID= or LABEL=.
 * name: "" for the first, or as the last call left it.  device: its path in /dev.
 * Returns the type of its file system, or NULL if there are no more */
const char *next_by_spec(const char *spec, char name[NAME_SIZE], char device[DEVICE_SIZE]) FAST_FUNC;

#endif
