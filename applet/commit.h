/* vi: set sw=4 ts=4: */
/*
 * osconf: what os.conf alone carries, made durable; then os.conf goes.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_COMMIT_H
#define OSCONF_COMMIT_H 1

#include "read.h"

/* Makes root's password and the settings durable, together with what is in the
 * batch; when that has been done without an error, os.conf goes.
 * settings: saved's, merged with fresh's.  Returns 0; -1 after saying what is
 * wrong: then os.conf is still there, and the next run does it again. */
int commit(struct settings *settings, const struct settings_file *saved,
		const struct settings_file *fresh, const struct place *place, struct batch *batch) FAST_FUNC;

/* With -n: says what commit() would do, as comments of a shell */
void print_commit(const struct settings_file *fresh, const struct place *place) FAST_FUNC;

#endif
