/* vi: set sw=4 ts=4: */
/*
 * osconf: the text of a value -> whether it is valid; its number.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += value.o
#include "value.h"

enum {
	HOSTNAME_MAX = 64, /* Linux: __NEW_UTS_LEN */
	SALT_MAX     = 16,
	HASH_LEN     = 86, /* 64 bytes in base 64 */
};

const char* FAST_FUNC take_number(const char *s, unsigned max, unsigned *number)
{
	const char *digits = s;

	*number = 0;
	while (isdigit(*s) && *number <= max)
		*number = *number * 10 + (*s++ - '0');
	if (s == digits || *number > max || (*digits == '0' && s > digits + 1))
		return NULL;
	return s;
}

const char* FAST_FUNC take_address(const char *s, uint32_t *address)
{
	unsigned octet;
	int i;

	*address = 0;
	for (i = 0; i < 4; i++) {
		if (i && *s++ != '.')
			return NULL;
		s = take_number(s, 255, &octet);
		if (!s)
			return NULL;
		*address = (*address << 8) | octet;
	}
	return s;
}

static size_t crypt64_len(const char *s)
{
	const char *start = s;

	while (isalnum(*s) || *s == '.' || *s == '/')
		s++;
	return s - start;
}

/* One of sha512-crypt.  Returns what follows, or NULL */
static const char *take_password_hash(const char *s)
{
	size_t salt_len;

	if (!is_prefixed_with(s, "$6$"))
		return NULL;
	s += 3;
	salt_len = crypt64_len(s);
	s += salt_len;
	if (!salt_len || salt_len > SALT_MAX || *s++ != '$' || crypt64_len(s) != HASH_LEN)
		return NULL;
	return s + HASH_LEN;
}

uint32_t FAST_FUNC netmask_of(unsigned prefix)
{
	return prefix ? 0xffffffff << (32 - prefix) : 0;
}

unsigned FAST_FUNC prefix_len(uint32_t netmask)
{
	return netmask ? 33 - ffs(netmask) : 0;
}

/* Returns the next item of a list with semicolons, or NULL at its end */
static const char *next_of_list(const char **list, const char **item)
{
	const char *s = *list + strspn(*list, "; \t");

	if (!*s)
		return NULL;
	*item = s;
	*list = strchrnul(s, ';');
	return s;
}

int FAST_FUNC next_address(const char **list, const char **item, uint32_t *address)
{
	const char *s = skip_whitespace(*list);

	if (!*s)
		return 0;
	*item = s;
	*list = skip_non_whitespace(s);
	return take_address(s, address) == *list ? 1 : -1;
}

/* RFC 1122, 3.2.1.3: not 0.0.0.0/8, not 127.0.0.0/8.  RFC 5771: not multicast or
 * above */
static int is_host_address(uint32_t address)
{
	unsigned first = address >> 24;

	return first != 0 && first != 127 && first < 224;
}

int FAST_FUNC next_route(const char **list, const char **item, struct route *route)
{
	const char *s = next_of_list(list, item);
	unsigned prefix;

	if (!s)
		return 0;
	s = take_address(s, &route->destination);
	if (!s || *s != '/')
		return -1;
	s = take_number(s + 1, 32, &prefix);
	if (!s || !isblank(*s))
		return -1;
	s = take_address(skip_whitespace(s), &route->gateway);
	if (!s || skip_whitespace(s) != *list)
		return -1;
	if (route->gateway && !is_host_address(route->gateway))
		return -1;
	route->netmask = netmask_of(prefix);
	route->destination &= route->netmask;
	return 1;
}

/* "FILE HASH"; in 1.0.0, the hash alone */
static int next_applied(const char **list, const char **item)
{
	const char *s = next_of_list(list, item);

	if (!s)
		return 0;
	return take_password_hash(s + strcspn(s, "$;'")) == *list ? 1 : -1;
}

/* RFC 1123, 2.1: labels of letters, digits and hyphens, without a hyphen at either end */
static int is_hostname(const char *s, int underscores)
{
	const char *name = s, *label = s;

	for (;; s++) {
		if (isalnum(*s) || (*s == '-' && s != label))
			continue;
		if (ENABLE_FEATURE_OSCONF_CONFIG_DRIVE && *s == '_' && underscores)
			continue;
		if (s == label || s[-1] == '-')
			return 0;
		if (*s != '.')
			return !*s && s - name <= HOSTNAME_MAX;
		label = s + 1;
	}
}

static int is_netmask(uint32_t mask)
{
	return mask && !(~mask & (~mask + 1));
}

/* Converts it to lower case with colons, as in struct card */
static int is_mac_address(char *s)
{
	int i;

	for (i = 0; i < MAC_SIZE - 1; i++)
		if (i % 3 == 2 ? (s[i] != s[2] || !strchr(":-", s[2])) : !isxdigit(s[i]))
			return 0;
	if (s[i])
		return 0;
	for (; *s; s++)
		*s = *s == '-' ? ':' : *s | 0x20; /* digits already have that bit */
	return 1;
}

int FAST_FUNC is_password_hash(const char *hash)
{
	const char *end = take_password_hash(hash);

	return end && !*end;
}

/* Looks like one of $1$, $5$, $6$ or $y$: see try_hash() */
static int is_crypt_hash(const char *hash)
{
	if (hash[0] != '$' || !hash[1] || !strchr("156y", hash[1]) || hash[2] != '$')
		return 0;
	/* a colon would end the field in /etc/shadow, a quote the value in saved settings */
	while (*hash >= ' ' && *hash <= '~' && *hash != ':' && *hash != '\'')
		hash++;
	return !*hash;
}

/* RFC 4648: the alphabet and padding of section 4, no other characters (3.3), pad bits
 * zero (3.5).  Decodes in place, without a trailing newline.  Returns -1 also if the password
 * is empty, or has a NUL or newline inside. */
static int decode_password(char *base64)
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
	/* 0, 2 or 4 bits are left over: one '=' for each two */
	if (count == 6 || bits != 0 || strcmp(s, &"=="[2 - count / 2]) != 0)
		return -1;
	memset(p, 0, s - p); /* wipe the rest of the base64 */
	len = p - base64;
	if (len && base64[len - 1] == '\n')
		len--;
	base64[len] = '\0';
	return (len && strlen(base64) == len && !strchr(base64, '\n')) ? 0 : -1;
}

/*** Kinds of values ***/

#define CASE(kind, valid, wrong) case VALUE_##kind: return valid;

int FAST_FUNC is_valid(int kind, char *value, int source)
{
	uint32_t address = 0;
	const char *end = take_address(value, &address);

	if (!end || *end)
		address = 0; /* never a valid value */
	switch (kind) {
	VALUE_KINDS(CASE, NO_VALUE)
	}
	return 0;
}

int FAST_FUNC next_item(int kind, const char **list, const char **item)
{
	struct route route;

	switch (kind) {
	VALUE_KINDS(NO_VALUE, CASE)
	}
	return 0;
}

const char* FAST_FUNC wrong_value(int kind)
{
#define WRONG(kind, valid, wrong) wrong "\0"
	static const char wrong[] ALIGN1 = VALUE_KINDS(WRONG, WRONG);

	return nth_string(wrong, kind);
}
