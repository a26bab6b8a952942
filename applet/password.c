/* vi: set sw=4 ts=4: */
/*
 * osconf: password in base64 -> its sha512-crypt hash, in /etc/shadow.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += password.o
#include "osconf.h"

enum {
	SALT_MAX = 16,
	HASH_LEN = 86, /* 64 bytes in base 64 */
};

/* RFC 4648: section 4's alphabet and padding, nothing else among it (3.3),
 * pad bits zero (3.5) */
int FAST_FUNC password_decode(char *base64)
{
	const char *s, *digit;
	char *p = base64;
	unsigned bits = 0, count = 0;
	size_t len;

	for (s = base64; (digit = memchr(bb_uuenc_tbl_base64, *s, 64)) != NULL; s++) {
		bits = (bits << 6) | (digit - bb_uuenc_tbl_base64);
		count += 6;
		if (count >= 8) {
			count -= 8;
			*p++ = bits >> count;
			bits &= (1 << count) - 1;
		}
	}
	/* 0, 2 or 4 bits are left over, for as many half '=' */
	if (count == 6 || bits != 0 || strcmp(s, &"=="[2 - count / 2]) != 0)
		return -1;
	memset(p, 0, s - p); /* what is left of it in base64 */
	len = p - base64;
	if (len && base64[len - 1] == '\n')
		len--;
	base64[len] = '\0';
	return (len && strlen(base64) == len && !strchr(base64, '\n')) ? 0 : -1;
}

static size_t crypt64_len(const char *s)
{
	const char *start = s;

	while (isalnum(*s) || *s == '.' || *s == '/')
		s++;
	return s - start;
}

int FAST_FUNC is_password_hash(const char *hash)
{
	size_t salt_len;

	if (!is_prefixed_with(hash, "$6$"))
		return 0;
	hash += 3;
	salt_len = crypt64_len(hash);
	hash += salt_len;
	return salt_len && salt_len <= SALT_MAX && *hash == '$'
		&& crypt64_len(hash + 1) == HASH_LEN && !hash[1 + HASH_LEN];
}

char* FAST_FUNC password_hash(const char *password, const char *like)
{
	char salt[MAX_PW_SALT_LEN];

	if (like && is_password_hash(like)) {
		char *hash = pw_encrypt(password, like, 1);
		if (strcmp(hash, like) == 0)
			return hash;
		free(hash);
	}
	crypt_make_pw_salt(salt, "sha512");
	return pw_encrypt(password, salt, 1);
}

/* The digest of a file with a password in it must be as hard to guess from
 * as the password's own hash */
char* FAST_FUNC digest_text(const char *text, size_t len, const char *like)
{
	sha256_ctx_t ctx;
	char sum[32], hex[sizeof(sum) * 2 + 1];

	sha256_begin(&ctx);
	sha256_hash(&ctx, text, len);
	sha256_end(&ctx, sum);
	*bin2hex(hex, sum, sizeof(sum)) = '\0';
	return password_hash(hex, like);
}

/* Finds root's password field, in memory of its own; NULL: there is no such
 * file or line.  Returns 0; -1 after saying what is wrong: a file that can't
 * be read just now must not be taken for one that is not there. */
static int read_root_field(const char *path, char **field)
{
	char *text = xmalloc_open_read_close(path, NULL);
	char *line = text;

	*field = NULL;
	if (!text) {
		if (errno == ENOENT)
			return 0;
		bb_perror_msg("can't read %s", path);
		return -1;
	}
	while (line && !is_prefixed_with(line, "root:")) {
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	if (line) {
		line += sizeof("root:") - 1;
		*field = xstrndup(line, strcspn(line, ":\n"));
	}
	free(text);
	return 0;
}

/* update_passwd() wants to be called from an applet whose name begins so.
 * As an applet's main, it may die.  argv: its name, file, hash */
static int update_root_main(int argc UNUSED_PARAM, char **argv)
{
	return update_passwd(argv[1], "root", argv[2], NULL) <= 0
		|| sync_path(argv[1]) != 0;
}

static int update_root(const char *path, const char *field)
{
	char *argv[] = { (char*)"chpasswd", (char*)path, (char*)field, NULL };

	errno = 0;
	return run_applet(update_root_main, argv);
}

char* FAST_FUNC set_root_password(const char *password, const char *hash)
{
	char *in_passwd, *in_shadow, *new;
	const char *current, *path;
	int failed = 0;

	if ((read_root_field(bb_path_passwd_file, &in_passwd)
	    | read_root_field(bb_path_shadow_file, &in_shadow)) != 0
	) {
		return NULL;
	}
	current = in_shadow ? in_shadow : in_passwd;
	path = in_shadow ? bb_path_shadow_file : bb_path_passwd_file;
	if (!current) {
		bb_error_msg("password: no account 'root' in %s", path);
		return NULL;
	}
	new = password ? password_hash(password, current) : xstrdup(hash);
	if (strcmp(new, current) != 0) {
		failed = update_root(path, new);
		if (!failed)
			done_msg("root's password is changed");
	}
	/* only then does login look into /etc/shadow */
	if (!failed && in_shadow && in_passwd && strcmp(in_passwd, "x") != 0)
		failed = update_root(bb_path_passwd_file, "x");
	free(in_passwd);
	free(in_shadow);
	if (failed) {
		bb_perror_msg("password: can't change it in %s", path);
		free(new);
		return NULL;
	}
	return new;
}
