/* vi: set sw=4 ts=4: */
/*
 * osconf: parses the text of a settings file.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_PARSE_H
#define OSCONF_PARSE_H 1

#include "settings.h"

/* Splits text into assignments, in place: text[len] must be writable.  The last value
 * of each known key counts; an empty one counts as missing.  Lines that are not
 * assignments go to report, unknown keys to unknown, each once and only some of many.
 * Of saved settings, keeps the comments, and marks them as foreign if a line is neither
 * a comment nor an assignment, or no assignment is to a known key: then this file is
 * somebody else's.
 * Returns the number of assignments to known keys, or -1 if text has a NUL byte. */
int parse_text(char *text, size_t len, int source, struct settings *settings,
		struct report *report, struct report *unknown) FAST_FUNC;

/* Overwrites each value of password in the text of an os.conf with '*' */
void star_passwords(char *text, size_t len) FAST_FUNC;

#endif
