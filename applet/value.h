/* vi: set sw=4 ts=4: */
/*
 * osconf: checks and converts single values of os.conf.
 * Addresses and masks are in host byte order.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_VALUE_H
#define OSCONF_VALUE_H 1

#include "common.h"

/* "00:8c:fa:5e:14:23", as is_mac_address() leaves it */
enum { MAC_SIZE = 18 };

#define ADDRESS_FORMAT   "%u.%u.%u.%u"
#define ADDRESS_ARGS(a)  (a) >> 24, ((a) >> 16) & 0xff, ((a) >> 8) & 0xff, (a) & 0xff

/* Both parse the beginning of s.  Return what follows, or NULL if it does not match.
 * take_number(): a decimal number from 0 to max, without leading zeros.
 * take_address(): four decimal numbers; the octal, hexadecimal and short forms of
 * inet_aton() are refused. */
const char *take_number(const char *s, unsigned max, unsigned *number) FAST_FUNC;
const char *take_address(const char *s, uint32_t *address) FAST_FUNC;

struct route {
	uint32_t destination, netmask;
	uint32_t gateway; /* 0 if the destination is on the card's own link */
};

/* Parse the next item of a list.  *item is its start, *list moves past it.
 * Return 1, 0 at the end of the list, or -1 if the item is not valid. */
int next_route(const char **list, const char **item, struct route *route) FAST_FUNC;
int next_address(const char **list, const char **item, uint32_t *address) FAST_FUNC;

unsigned prefix_len(uint32_t netmask) FAST_FUNC;

/* True if valid.  is_mac_address() also converts s to lower case with colons, as in
 * struct card */
int is_hostname(const char *s, int underscores) FAST_FUNC; /* underscores: allowed */
int is_host_address(uint32_t address) FAST_FUNC;
int is_netmask(uint32_t mask) FAST_FUNC;
int is_mac_address(char *s) FAST_FUNC;
int is_password_hash(const char *hash) FAST_FUNC; /* sha512-crypt */
int is_crypt_hash(const char *hash) FAST_FUNC; /* looks like one of $1$, $5$, $6$ or $y$: see try_hash() */

/* Decodes base64 (strict RFC 4648) in place into a password, without its trailing
 * newline.  Returns 0, or -1 if it is not base64, is empty, or has a NUL or newline
 * inside. */
int decode_password(char *base64) FAST_FUNC;

#endif
