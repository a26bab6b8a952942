/* vi: set sw=4 ts=4: */
/*
 * osconf: root's password, as a hash.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_PASSWORD_H
#define OSCONF_PASSWORD_H 1

#include "file.h"

struct root_password {
	char *in_passwd; /* the fields */
	char *hash;      /* in /etc/shadow */
	const char *path; /* what /etc/shadow leads to */
};

/* Finds the hash where no other user can read it.  Returns 0; -1 after saying
 * what is wrong: then it can't be changed. */
int read_root_password(struct root_password *root) FAST_FUNC;

/* Replaces it, unless it is that already.  Returns 0; -1 after saying what is
 * wrong.  The new text is durable then, its name is not: sync_names(path). */
int set_root_password(const struct root_password *root, const char *hash) FAST_FUNC;

#endif
