/* vi: set sw=4 ts=4: */
/*
 * osconf: root's password, as a hash.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_PASSWORD_H
#define OSCONF_PASSWORD_H 1

#include "file.h"

struct root_password {
	char *in_passwd; /* password field in /etc/passwd */
	char *hash;      /* password field in /etc/shadow */
};

/* Finishes what a power cut has interrupted, and reads root's password fields; the hash must
 * be in /etc/shadow, which no other user can read.
 * Returns 0, or -1 after printing a message: the password can't be changed. */
int read_root_password(struct root_password *root) FAST_FUNC;

/* True if root has no password: then no user can have changed it */
int has_none(const struct root_password *root) FAST_FUNC;

/* True if that is root's hash, and login uses it */
int has_hash(const struct root_password *root, const char *hash) FAST_FUNC;

/* Replaces root's hash if it differs.  Returns 0, or -1 after printing a message.
 * Syncs the new text but not its name. */
int set_root_password(const struct root_password *root, const char *hash) FAST_FUNC;

#endif
