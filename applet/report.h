/* vi: set sw=4 ts=4: */
/*
 * osconf: what is wrong with a settings file, in the form of os.conf.rejected.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_REPORT_H
#define OSCONF_REPORT_H 1

#include "common.h"

enum { REPORT_SIZE = 128 * 1024 }; /* for an os.conf that is wrong all through */

/* Each finding is a line that begins with '#', then the assignment that was
 * refused, if it may be shown. */
struct report {
	char *text;   /* of REPORT_SIZE; NULL: nothing was wrong */
	unsigned len; /* what does not fit is dropped */
};

/* Adds a line */
void report_line(struct report *report, const char *format, ...)
		__attribute__((format(printf, 2, 3))) FAST_FUNC;

/* Prints the findings as messages about the file name */
void print_report(const struct report *report, const char *name) FAST_FUNC;

#endif
