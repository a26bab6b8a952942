/* vi: set sw=4 ts=4: */
/*
 * osconf: names -> where they lead: the directory's descriptor, and a name in it.
 * What is renamed on the way afterwards changes nothing.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_PATH_H
#define OSCONF_PATH_H 1

#include "common.h"

/* "Can't be read" is no answer to "is it so?" */
enum { UNKNOWN = -1, NO, YES };

enum { FROM_ROOT = -1 }; /* instead of a directory: names begin with '/' */

struct path {
	int base;                /* where the walk began: a descriptor, or FROM_ROOT */
	int dir;                 /* directory that holds it; else the last on the way that is there */
	const char *rest;        /* its name in dir; with '/' if directories are missing */
	const char *whole;       /* its name from where the walk began, by the last link */
	int depth;               /* of dir below the base */
	smallint linked;         /* links were followed */
	smallint open_to_others; /* others than root can write dir, or own it */
	smallint foreign;        /* is in such a directory, and not root's */
	smallint nowhere;        /* walk() has failed, but not because of an error */
	enum { TOP_OTHER, TOP_ETC, TOP_PROC, TOP_VAR, TOP_VOLATILE } top; /* where dir is below / */
	struct stat st;          /* st_mode is 0 if it is missing */
};

/* Opens the directory from which absolute names are walked: -R, or /.
 * Returns 0, or -1 with errno set */
int open_root_directory(const char *root) FAST_FUNC;

/* Walks a name.  FROM_ROOT: follows links, but where others than root can write, only
 * those that root made.  From a directory's descriptor: follows none, since anyone who
 * can write to the first partition must not redirect osconf.
 * Returns 0, also if it is missing, or -1 with errno set: where it leads is unknown. */
int walk(struct path *path, int dir, const char *name) FAST_FUNC;

/* Opens a name of a directory itself, not where it leads; a FIFO does not block.  mode: of a
 * new file.  Returns a descriptor, or -1 with errno set */
int open_at(int dir, const char *name, int flags, mode_t mode) FAST_FUNC;

/* Closes path->dir, unless others use it, too */
void leave(const struct path *path) FAST_FUNC;

/* Walks on to a missing name, and makes the directories that are missing on the way: below
 * /etc, on a volatile file system, and where one usually is (/run, /tmp, /dev).  With -n,
 * none is made.  Returns 0, or -1 with errno set */
int make_way(struct path *path) FAST_FUNC;

static inline int is_same_inode(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/* True if two descriptors are of one directory */
int is_same_directory(int a, int b) FAST_FUNC;

/* True if something is mounted on this very file: rename() can't replace it */
int is_mount_point(const struct path *path) FAST_FUNC;

/* True if file systems of that type, of statfs(2), are in memory */
int is_volatile_type(uint32_t type) FAST_FUNC;

#endif
