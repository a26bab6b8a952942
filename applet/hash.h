/* vi: set sw=4 ts=4: */
/*
 * osconf: sha512-crypt of a password, or of a file.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_HASH_H
#define OSCONF_HASH_H 1

#include "common.h"

/* Tries a password hash that is_crypt_hash().  Returns 0, or -1 after printing that this
 * system's crypt() makes no such hash (login could not check a password with it), or that
 * it would take too long. */
int try_hash(const char *hash) FAST_FUNC;

/* Both return a hash that the caller frees, or NULL after printing that this system's
 * crypt() has no sha512-crypt.
 * like: if it is a hash of the same password, its salt is used; if it is NULL or
 * anything else, a new salt.
 * salt: a sha512-crypt hash, of any text, whose salt is used; NULL: a new salt. */
char *hash_password(const char *password, const char *like) FAST_FUNC;
char *digest_text(const char *text, size_t len, const char *salt) FAST_FUNC;

#endif
