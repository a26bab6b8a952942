/* vi: set sw=4 ts=4: */
/*
 * osconf: settings files, read and understood.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_READ_H
#define OSCONF_READ_H 1

#include "file.h"
#include "place.h"
#include "settings.h"

struct settings_file {
	struct file file;         /* settings point into its text */
	smallint unread;          /* of read_saved(): it may be there, but could not be read */
	smallint valid;           /* it was read and understood */
	smallint applied;         /* it was, at an earlier boot, but can't be removed */
	struct report report;     /* what is wrong with its values */
	struct settings settings;
};

/* Each returns 0, also where there is no file; -1 after saying what is wrong.
 * What can be used is used all the same. */
int read_saved(struct settings_file *saved, struct place *place) FAST_FUNC;
/* os.conf; applied: the digest of one that has been applied (NULL: none) */
int read_osconf(struct settings_file *fresh, const char *applied) FAST_FUNC;
/* Another file, which must be there */
int read_given_file(struct settings_file *fresh, const char *name) FAST_FUNC;

/* Understands what was read.  min_keys: the number of known keys that must be in it */
int understand(struct settings_file *file, int min_keys) FAST_FUNC;

/* The password is in it */
void wipe_text(struct settings_file *file) FAST_FUNC;

#endif
