/* vi: set sw=4 ts=4: */
/*
 * osconf: reads and parses settings files.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_READ_H
#define OSCONF_READ_H 1

#include "file.h"
#include "place.h"
#include "settings.h"

struct settings_file {
	smallint source;          /* see value.h */
	smallint valid;           /* read and parsed */
	int keys;                 /* known ones in it */
	smallint unread;          /* there, but not as settings: nothing may take its place */
	smallint applied;         /* os.conf: at an earlier boot, but it can't be removed */
	smallint to_rewrite;      /* saved settings: they are torn, or have what must not stay there */
	char *digest;             /* os.conf that stays: its entry (applied.h) */
	struct report report;     /* errors in its values */
	struct file file;         /* settings point into its text */
	struct settings settings;
};

static inline int is_drives(const struct settings_file *fresh)
{
	return ENABLE_FEATURE_OSCONF_CONFIG_DRIVE && fresh->source == CONFIG_DRIVE;
}

static inline int may_be_removed(const struct settings_file *fresh)
{
	return !is_drives(fresh) && !(option_mask32 & OPT_file);
}

/* True if it brings a password, or the hash of one */
static inline int has_password(const struct settings_file *fresh)
{
	return fresh->valid && fresh->settings.value[KEY_PASSWORD];
}

/* What is saved, in up to two files */
struct saved {
	smallint entries_unread;    /* nothing tells what was applied before */
	smallint moves;             /* read from os.conf.saved, to be saved in /etc */
	smallint moved;             /* os.conf.saved has been moved, but could not be removed */
	smallint stays;             /* os.conf.saved can't be removed */
	char *digest;               /* its entry, for that case */
	struct settings_file main;  /* that of place->saved, or what stands in for it; its file
	                             * is where settings are saved */
};

/* Each returns 0, also if there is no file, or -1 after printing a message.
 * Whatever can be used is used, even then. */

/* Reads the settings that are saved in place->saved, an absolute name */
int read_saved(struct saved *saved, const struct place *place) FAST_FUNC;

/* The same in two steps, for any file of saved settings */
int read_settings(struct settings_file *saved, int dir, const char *name) FAST_FUNC;
int understand_saved(struct settings_file *saved) FAST_FUNC;

/* Reads os.conf of the first partition, or of the drive: fresh->source.  known: the saved settings, which
 * tell whether it was applied.  With any reason why it can't be removed, its digest is
 * kept for its entry. */
int read_osconf(struct settings_file *fresh, const struct place *place, const struct settings *known) FAST_FUNC;

/* Parses what was read.  A file with fewer than min_keys known keys is refused */
int understand(struct settings_file *file, int min_keys) FAST_FUNC;

#endif
