/* vi: set sw=4 ts=4: */
/*
 * osconf: the text of a settings file, understood.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_PARSE_H
#define OSCONF_PARSE_H 1

#include "settings.h"

/* Finds the assignments in text, cuts them up in place (text[len] must be
 * writable) and takes each known key's last value, unless that is empty.
 * Lines that are no assignment go to report, unknown keys to unknown (which
 * may be NULL).  Returns the number of assignments to known keys; -1: there is
 * a NUL byte in it. */
int parse_text(char *text, size_t len, struct settings *settings,
		struct report *report, struct report *unknown) FAST_FUNC;

#endif
