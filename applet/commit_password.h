/* vi: set sw=4 ts=4: */
/*
 * osconf: what becomes of the password that os.conf brings.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_COMMIT_PASSWORD_H
#define OSCONF_COMMIT_PASSWORD_H 1

#include "save.h"

/* Returns the hash of os.conf's password, or NULL after printing a message.  like: this one, if
 * it is of the same password. */
char *make_hash(const struct settings_file *fresh, const char *like) FAST_FUNC;

/* True if the password that root has may be replaced: os.conf's is new, or the saved hash
 * is of a time when /etc/shadow was not persistent.  can_save: the settings can be saved. */
int may_replace_password(const struct commit *c, int can_save) FAST_FUNC;

/* Prints that it may not.  Returns -1 if that is an error, else 0 */
int say_password_stays(const struct commit *c) FAST_FUNC;

/* Sets root's password from os.conf, or one that was saved; if /etc/shadow is not persistent,
 * its hash is put into the settings, and set at every boot.
 * Returns 0, or -1 after printing a message: it is not durable. */
int commit_password(struct commit *c, int can_save) FAST_FUNC;

#endif
