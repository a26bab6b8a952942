/* vi: set sw=4 ts=4: */
/*
 * osconf: the errors in a settings file, in the format of os.conf.rejected.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_REPORT_H
#define OSCONF_REPORT_H 1

#include "common.h"

enum { REPORT_SIZE = 128 * 1024 }; /* enough for an os.conf full of errors */

/* Each finding is a line that begins with '#', followed by the refused assignment if
 * that may be shown. */
struct report {
	char *text;   /* REPORT_SIZE bytes; NULL: no errors */
	unsigned len; /* what does not fit is dropped */
};

/* Adds a line */
void report_line(struct report *report, const char *format, ...)
		__attribute__((format(printf, 2, 3))) FAST_FUNC;

/* Prints the findings as messages that begin with name.  what: SAY_ERROR, SAY_NOTICE */
void print_report(const struct report *report, int what, const char *name) FAST_FUNC;

#endif
