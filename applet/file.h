/* vi: set sw=4 ts=4: */
/*
 * osconf: reads, replaces and wipes files.  All access to the system's files goes
 * through here; anything but a regular file is not even opened.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_FILE_H
#define OSCONF_FILE_H 1

#include "common.h"

/* Symlinks are followed only for absolute names.  Relative names are in the directory
 * of os.conf: anyone who can write there must not redirect osconf. */

struct file {
	const char *name;
	const char *path; /* name with symlinks resolved */
	char *text;       /* NULL if there is no such file */
	size_t len;       /* text[len] is a NUL byte and may be overwritten */
	struct stat st;   /* valid if the file exists */
};

/* Reads a file of at most max bytes.  Returns 0, or -1 after printing a message.
 * file->text is NULL on error, and if there is no such file, which is not an error. */
int read_file(struct file *file, const char *name, off_t max) FAST_FUNC;

/* Files that are replaced together: all new files are written next to the old ones,
 * synced, then renamed.  After a power cut, each file is either old or new. */
struct replacement {
	struct replacement *next;
	const char *name;    /* for messages */
	const char *path;    /* name with symlinks resolved */
	char *new;           /* path with a + appended */
	const char *text;
	smallint durable;    /* the new text is durable */
	smallint failed;
};
struct batch {
	struct replacement *first;
	smallint failed;     /* some files could not be written */
};

/* Writes text to a new file next to file, with file's owner, group and mode, or with
 * mode if there is no file yet.  With -n, prints the command instead.
 * text, file->name and file->path must stay valid until replace_all().
 * Returns the queued replacement, or NULL with -n or after printing a message. */
struct replacement *replace_later(struct batch *batch, const struct file *file,
		const char *text, mode_t mode) FAST_FUNC;

/* Syncs the queued files and renames them into place.  Returns 0, or -1 after
 * printing a message; files that failed are unchanged, except for mount points, which
 * are written in place. */
int replace_all(struct batch *batch) FAST_FUNC;

/* Syncs the directory of each path, which makes renames and removals there durable.
 * A path may be NULL.  Returns 0, or -1 after printing a message. */
int sync_names(const char *path, const char *path2, const char *path3) FAST_FUNC;

/* Overwrites a file with blanks, syncs it and removes it.  Returns 0, also if there
 * is no such file, or -1 after printing a message. */
int wipe_file(const char *name) FAST_FUNC;

#endif
