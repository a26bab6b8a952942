/* vi: set sw=4 ts=4: */
/*
 * osconf: where settings are saved, and what is persistent.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_PLACE_H
#define OSCONF_PLACE_H 1

#include "path.h"

struct place {
	int osconf_dir;             /* descriptor of the directory of os.conf on the first
	                             * partition; -1: missing */
	int drive;                  /* the same of the config drive's root directory */
	const char *device, *type;  /* the partition, if it is mounted read-only here; or NULL */
	const char *saved;          /* file of the saved settings; a relative name is in osconf_dir */
	smallint shadow_persistent; /* /etc/shadow survives a reboot: YES, NO or UNKNOWN */
	smallint etc_read_only;
	smallint known;             /* saved is where they are */
};

/* True if saved is allowed as a name: it is not one of osconf's other files */
int is_saved_name(const char *saved) FAST_FUNC;

/* Finds out what is persistent and, if saved is NULL, where settings are saved.
 * Returns 0, or -1 after printing a message. */
int find_place(struct place *place, const char *saved) FAST_FUNC;

/* True if the saved settings are in osconf_dir: for a root that is not persistent */
static inline int is_relative(const struct place *place)
{
	return ENABLE_FEATURE_OSCONF_VOLATILE && place->saved[0] != '/';
}

/* Without FEATURE_OSCONF_VOLATILE: returns -1 after printing that what was found needs it */
int refuse_volatile(const char *what) FAST_FUNC;

/* True if nothing can be written or removed next to os.conf.  With -n, its partition is
 * mounted read-only only here */
int is_osconf_dir_read_only(const struct place *place) FAST_FUNC;

/* The same of one name, which may be immutable.  If it may not be written, see errno */
int may_write_next_to_osconf(const struct place *place, const char *name) FAST_FUNC;

#endif
