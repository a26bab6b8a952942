/* vi: set sw=4 ts=4: */
/*
 * osconf: where settings are saved, and what is persistent.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_PLACE_H
#define OSCONF_PLACE_H 1

#include "common.h"

struct place {
	int osconf_dir;             /* -1: there is none */
	const char *saved;          /* the saved settings; a relative name is in osconf_dir */
	smallint saved_moves;       /* they were read in osconf_dir, and are to be saved in /etc */
	smallint saved_moved;       /* these have been saved in /etc, but are still there */
	smallint shadow_persistent; /* /etc/shadow is there again, as it was, at the next boot */
	smallint etc_read_only;
	smallint known;             /* this is all certain */
};

/* True if saved may be the name of saved settings: it is none of osconf's other files */
int is_saved_name(const char *saved) FAST_FUNC;

/* Finds out what is persistent, and so where settings are saved, unless that
 * is given (NULL: not).  Returns 0; -1 after saying what can't be found out. */
int find_place(struct place *place, const char *saved) FAST_FUNC;

/* True if the saved settings are in osconf_dir */
int is_relative(const struct place *place) FAST_FUNC;

/* True if the file system of a descriptor is mounted read-only */
int is_read_only(int fd) FAST_FUNC;

#endif
