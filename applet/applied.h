/* vi: set sw=4 ts=4: */
/*
 * osconf: what was applied and can't be removed.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_APPLIED_H
#define OSCONF_APPLIED_H 1

#include "settings.h"

/* The settings hold an entry for each such file: its name and the digest of its text.
 * The name is OSCONF_FILE, SAVED_RELATIVE or DRIVE_FILE. */

/* Returns 1 if a file with that name and text has been applied, 0 if not, or -1 after printing
 * why that can't be told.  text may be NULL */
int has_entry(const struct settings *settings, const char *name, const char *text, size_t len) FAST_FUNC;

/* Returns the digest of a text for set_entry(), with the salt that the entries have
 * (one for all), or NULL after printing a message.  Caller frees. */
char *entry_digest(const struct settings *settings, const char *text, size_t len) FAST_FUNC;

/* Copies a digest or hash with another last character: it takes the same room, and is of
 * nothing.  Caller frees. */
char *with_other_end(const char *text) FAST_FUNC;

/* Replaces the entry of that name; digest NULL: drops it */
void set_entry(struct settings *settings, const char *name, const char *digest) FAST_FUNC;

/* True if a file of that name has an entry, whatever its text */
int names_entry(const struct settings *settings, const char *name) FAST_FUNC;

/* Makes entries of what 1.0.0 saved in a key for each file */
void take_old_entries(struct settings *settings) FAST_FUNC;

#endif
