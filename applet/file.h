/* vi: set sw=4 ts=4: */
/*
 * osconf: finds, reads and wipes files. What is not a regular file is not even opened.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_FILE_H
#define OSCONF_FILE_H 1

#include "path.h"

struct file {
	const char *name; /* for messages */
	char *text;       /* NULL if there is no such file */
	size_t len;       /* text[len] is a NUL byte and may be overwritten */
	smallint torn;    /* text is not the file's, but what is to be written to it */
	struct path path;
};

/* Finds a file: see walk().  Returns 0, also if it is missing, or -1 after printing a
 * message. */
int find_file(struct file *file, int dir, const char *name) FAST_FUNC;

/* Reads what find_file() has found, at most max bytes.  What another user put into a
 * directory where he can write counts as missing.  Returns 0, also if it is missing, or -1
 * after printing a message; file->text is NULL then. */
int read_found(struct file *file, off_t max) FAST_FUNC;

/* Both of them */
int read_file(struct file *file, int dir, const char *name, off_t max) FAST_FUNC;

/* Opens, reads and closes a file that was named by the user.  It must exist */
int read_given_file(struct file *file, const char *name, off_t max) FAST_FUNC;

/* True if a directory has that name.  What can't be told to be missing is there */
int is_there(int dir, const char *name) FAST_FUNC;

/* True if a name of a directory may be written.  An immutable file and one on a read-only
 * mount may not, by root either.  Else see errno */
int may_write(int dir, const char *name) FAST_FUNC;
/* The same of root, whoever asks */
int root_may_write(int dir, const char *name) FAST_FUNC;

/* True if the file's text is that */
int is_text(const struct file *file, const char *text) FAST_FUNC;

/* Overwrites a text in memory, which may contain the password */
void wipe_text(struct file *file) FAST_FUNC;

/* Writes a text of the same size over a file, in one write, or blanks if text is NULL; and
 * syncs it.  Returns 0, or -1 with errno set */
int overwrite(int dir, const char *name, const char *text, off_t size) FAST_FUNC;

/* Ends the writing of a file: syncs it, unless it has failed, and closes it.
 * Returns 0, or -1 with errno set */
int sync_and_close(int fd, int failed) FAST_FUNC;

/* Overwrites a file with blanks, syncs it and removes it.  Returns 0, also if it is
 * missing, or -1 after printing a message. */
int wipe_file(int dir, const char *name) FAST_FUNC;

#endif
