/* vi: set sw=4 ts=4: */
/*
 * osconf: replaces files, durably and together: all new files are written next to the
 * old ones, synced, then renamed. After a power cut, each file is either old or new.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_REPLACE_H
#define OSCONF_REPLACE_H 1

#include "file.h"

enum { TEXT_SIZE_MAX = 1024 * 1024 }; /* of a file of /etc */

struct replacement {
	struct replacement *next;
	const char *name;    /* for messages */
	char *new;           /* path.rest with a + appended; NULL: can't be made */
	const char *text;    /* NULL: to be removed; only with -n */
	smallint kept;       /* stays as it is */
	smallint secret;     /* see replace_later() */
	smallint in_place;   /* a mount point: rename() can't replace it */
	smallint complete;   /* a mount point's new file is durable: it can be written again */
	smallint durable;    /* the new text is */
	smallint failed;
	struct path path;
};
struct batch {
	struct replacement *first;
	int dir;             /* of the first one; what is on its file system is synced together */
	dev_t dev;
	smallint failed;     /* some files could not be written */
	smallint unsynced;   /* nor could they be synced: what else is in dir may not be durable */
};

/* Reads a text of /etc that may be replaced.  One with a NUL byte is left alone.
 * Returns 0, also if it is missing, or -1 after printing a message. */
int read_to_replace(struct file *file, const char *name) FAST_FUNC;

/* The same in two steps, the first of which may also be find_file().  If a run was cut off
 * while it wrote this very file in its place, that is done first, and file has its text. */
int find_to_replace(struct file *file, const char *name) FAST_FUNC;
int read_found_text(struct file *file) FAST_FUNC;

/* Makes the directories that are missing on the way, to the last of which file->path leads
 * then, and writes text to a new file next to file, with file's owner, group, mode, ACL and
 * label, or with mode 0644 if there is none yet.  file->text itself: the file stays as it is.
 * secret: root's alone, whatever was there.  With -n, writes nothing.
 * Text and names must stay valid until replace_all().
 * Returns the queued replacement, or NULL after printing a message. */
struct replacement *replace_later(struct batch *batch, struct file *file,
		const char *text, int secret) FAST_FUNC;

/* Syncs the queued files and renames them into place.  Prints a message for each one that
 * fails: it is unchanged, and the others are replaced. */
void replace_all(struct batch *batch) FAST_FUNC;

/* Makes renames and removals in a directory durable.  Returns 0, or -1 after printing that
 * name can't be written. */
int sync_directory(int dir, const char *name) FAST_FUNC;

#endif
