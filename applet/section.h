/* vi: set sw=4 ts=4: */
/*
 * osconf: the section that osconf owns in a shared file.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_SECTION_H
#define OSCONF_SECTION_H 1

#include "replace.h"

struct section {
	char *rest;       /* the text outside osconf's section */
	smallint had;     /* the file has a section of osconf's */
	struct file file; /* the whole file */
};

/* Reads the file and cuts out osconf's section.  Returns 0, or -1 after printing a
 * message: the file must be left alone then. */
int open_section(struct section *section, const char *path) FAST_FUNC;

/* Queues the file with lines as its new section; "" removes the section, and a file
 * that becomes empty is removed.  Returns 0, or -1 after printing a message. */
int close_section(struct batch *batch, struct section *section, const char *lines) FAST_FUNC;

/* The same with "" for a file of others that may have a section.  One that has none, and
 * what is no regular file, is left alone, whatever it is.  file: as find_to_replace() has
 * found it. */
int remove_section(struct batch *batch, const struct file *file) FAST_FUNC;

#endif
