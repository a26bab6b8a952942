/* vi: set sw=4 ts=4: */
/*
 * osconf: the part that osconf owns of a file that others write, too.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_SECTION_H
#define OSCONF_SECTION_H 1

#include "file.h"

struct section {
	struct file file; /* the whole file */
	char *rest;       /* what is not osconf's */
	smallint had;     /* it has such a section */
};

/* Returns 0; -1 after saying what is wrong: then it is to be left alone */
int open_section(struct section *section, const char *path) FAST_FUNC;

/* Replaces the section by lines, later; none if they are "".  A file of which
 * nothing is left is removed.  Returns 0; -1 after saying what is wrong. */
int close_section(struct batch *batch, struct section *section, const char *lines) FAST_FUNC;

#endif
