/* vi: set sw=4 ts=4: */
/*
 * osconf: parses the text of a settings file.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_PARSE_H
#define OSCONF_PARSE_H 1

#include "settings.h"

/* Splits text into assignments, in place: text[len] must be writable.  The last value
 * of each known key counts; an empty one counts as missing.  Lines that are not
 * assignments go to report, unknown keys to unknown (may be NULL).
 * Returns the number of assignments to known keys, or -1 if text has a NUL byte. */
int parse_text(char *text, size_t len, struct settings *settings,
		struct report *report, struct report *unknown) FAST_FUNC;

#endif
