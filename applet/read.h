/* vi: set sw=4 ts=4: */
/*
 * osconf: reads and parses settings files.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_READ_H
#define OSCONF_READ_H 1

#include "file.h"
#include "place.h"
#include "settings.h"

enum { OSCONF_SIZE_MAX = 64 * 1024 };

struct settings_file {
	struct file file;         /* settings point into its text */
	smallint unread;          /* read_saved() only: it may exist, but could not be read */
	smallint valid;           /* read and parsed */
	smallint applied;         /* applied at an earlier boot, but can't be removed */
	char *digest;             /* config drive only: of its text */
	smallint source;          /* see settings.h */
	struct report report;     /* errors in its values */
	struct settings settings;
};

/* Each returns 0, also if there is no file, or -1 after printing a message.
 * Whatever can be used is used, even then. */
int read_saved(struct settings_file *saved, struct place *place) FAST_FUNC;
/* Reads os.conf.  saved: say whether it has been applied before */
int read_osconf(struct settings_file *fresh, const struct settings *saved) FAST_FUNC;
/* Reads another file, which must exist */
int read_given_file(struct settings_file *fresh, const char *name) FAST_FUNC;

/* Parses what was read.  A file with fewer than min_keys known keys is refused */
int understand(struct settings_file *file, int min_keys) FAST_FUNC;

/* Overwrites the text, which may contain the password */
void wipe_text(struct settings_file *file) FAST_FUNC;

#endif
