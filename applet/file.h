/* vi: set sw=4 ts=4: */
/*
 * osconf: files: read, replaced together, wiped.  The one door to those of the
 * system: what is not a regular file is not even opened.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_FILE_H
#define OSCONF_FILE_H 1

#include "common.h"

/* Links are followed where a name is absolute.  A relative one is in the directory
 * of os.conf: whoever can write there must not lead us elsewhere. */

struct file {
	const char *name;
	const char *path; /* what it leads to */
	char *text;       /* NULL: there is no such file */
	size_t len;       /* text[len] is a NUL byte, and may be written */
	struct stat st;   /* if there is one */
};

/* Reads a file of no more than max bytes.  Returns 0, also where there is none;
 * -1 after saying why it can't be read: text is NULL then, too. */
int read_file(struct file *file, const char *name, off_t max) FAST_FUNC;

/* Files that are replaced together: first all new ones are written beside the
 * old ones, then made durable, then renamed.  A power cut leaves each old or
 * new. */
struct replacement {
	struct replacement *next;
	const char *name;    /* as the user knows it */
	const char *path;    /* what it leads to */
	char *new;           /* that, and a + */
	const char *text;
	smallint durable;    /* the new text is */
	smallint failed;
};
struct batch {
	struct replacement *first;
	smallint failed;     /* some could not be written */
};

/* Writes text beside file, with file's owner, group and mode, or with this mode
 * if there is no file yet.  With -n, prints the command instead.
 * Both texts must stay until replace_all().
 * Returns what that will do; NULL with -n, and after saying what is wrong. */
struct replacement *replace_later(struct batch *batch, const struct file *file,
		const char *text, mode_t mode) FAST_FUNC;

/* Returns 0; -1 after saying what is wrong: those files are as they were. */
int replace_all(struct batch *batch) FAST_FUNC;

/* Makes the names in the directory of each path durable, and what was renamed or
 * removed there.  NULL: there is no such path.  Returns 0; -1 after saying what is
 * wrong. */
int sync_names(const char *path, const char *path2, const char *path3) FAST_FUNC;

/* Overwrites a file with blanks, durably, and removes it.  Returns 0, also where
 * there is none; -1 after saying what is wrong. */
int wipe_file(const char *name) FAST_FUNC;

#endif
