/* vi: set sw=4 ts=4: */
/*
 * osconf: password, or a file's text -> sha512-crypt hash.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += hash.o
#include "hash.h"
#include "guard.h"
#include "message.h"
#include "value.h"

/* As many take crypt() some seconds.  It is not only the boot that waits: so does each
 * login, until LOGIN_TIMEOUT ends it. */
enum { ROUNDS_MAX = 1000 * 1000 };

struct crypt {
	const char *password, *salt;
	char *hash;
};

static int run_crypt(void *data)
{
	struct crypt *crypt = data;

	crypt->hash = pw_encrypt(crypt->password, crypt->salt, 1);
	return 0;
}

/* Returns a hash, or NULL: pw_encrypt() dies if crypt() does not know this kind of salt */
static NOINLINE char *try_crypt(const char *password, const char *salt)
{
	struct crypt crypt = { password, salt, NULL };

	run_guarded(run_crypt, &crypt);
	return crypt.hash;
}

/* crypt() may return something that is not a hash */
static char *checked_hash(const char *password, const char *salt)
{
	char *hash = try_crypt(password, salt);

	if (hash && is_password_hash(hash))
		return hash;
	error_msg("password: this system's crypt() has no sha512-crypt");
	return NULL;
}

/* hash: $N$rounds=N$..., or $y$ and the cost as one character ('9' if none was asked for;
 * 'F' is login.defs' highest, YESCRYPT_COST_FACTOR 11) */
static int takes_too_long(const char *hash)
{
	const char *rounds = is_prefixed_with(hash + 3, "rounds=");

	if (hash[1] == 'y')
		return hash[3] && hash[4] > 'F';
	return rounds && strtoul(rounds, NULL, 10) > ROUNDS_MAX;
}

int FAST_FUNC try_hash(const char *hash)
{
	const char *made;

	if (takes_too_long(hash))
		return error_msg("password: the hash takes too long to check (up to %u rounds are good)", ROUNDS_MAX);
	made = try_crypt("", hash);

	/* of a salt or a number of rounds that it changes, crypt() makes a hash of another length */
	if (made && strlen(made) == strlen(hash))
		return 0;
	return error_msg("password: crypt() knows no such hash");
}

char* FAST_FUNC hash_password(const char *password, const char *like)
{
	char salt[MAX_PW_SALT_LEN];

	if (like && is_password_hash(like)) {
		char *hash = checked_hash(password, like);
		if (!hash || strcmp(hash, like) == 0)
			return hash;
		free(hash);
	}
	crypt_make_pw_salt(salt, "sha512");
	return checked_hash(password, salt);
}

/* The file may contain a password, so its digest must be as hard to crack as the
 * password's own hash */
char* FAST_FUNC digest_text(const char *text, size_t len, const char *salt)
{
	sha256_ctx_t ctx;
	char sum[32], hex[sizeof(sum) * 2 + 1];

	sha256_begin(&ctx);
	sha256_hash(&ctx, text, len);
	sha256_end(&ctx, sum);
	*bin2hex(hex, sum, sizeof(sum)) = '\0';
	return salt ? checked_hash(hex, salt) : hash_password(hex, NULL);
}
