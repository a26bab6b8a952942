/* vi: set sw=4 ts=4: */
/*
 * osconf: makes durable what only os.conf holds, then removes os.conf.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_COMMIT_H
#define OSCONF_COMMIT_H 1

#include "read.h"

/* Makes root's password and the settings durable, and replaces the files in batch.
 * Removes os.conf once password and settings are durable; until then it stays, and
 * the next run tries again.
 * settings: those of saved, merged with those of fresh.
 * Returns 0, or -1 after printing a message. */
int commit(struct settings *settings, const struct settings_file *saved,
		const struct settings_file *fresh, const struct place *place, struct batch *batch) FAST_FUNC;

/* With -n: prints what commit() would do, as shell comments */
void print_commit(const struct settings_file *fresh, const struct place *place) FAST_FUNC;

#endif
