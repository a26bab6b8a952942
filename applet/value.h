/* vi: set sw=4 ts=4: */
/*
 * osconf: checks and converts single values of os.conf.
 * Addresses and masks are in host byte order.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_VALUE_H
#define OSCONF_VALUE_H 1

#include "common.h"

/* Where settings come from.  On a config drive, the password is a hash of crypt(5), and
 * the host name may have underscores; it is saved with them. */
enum {
	SAVED_SETTINGS  = 1 << 0,
	FIRST_PARTITION = 1 << 1,
	CONFIG_DRIVE    = 1 << 2,
	ANY_SOURCE      = SAVED_SETTINGS | FIRST_PARTITION | CONFIG_DRIVE,
};

/* Kinds of values, a row for each; add one here: when it is valid (in is_valid() and
 * next_item()), and what is said of one that is not.  ITEM: one of a list. */
#define VALUE_KINDS(VALUE, ITEM) \
	VALUE(HOSTNAME,    is_hostname(value, source != FIRST_PARTITION), \
		"is not a host name (RFC 1123, up to 64 letters, digits, '-' and '.')") \
	VALUE(PASSWORD,    decode_password(value) == 0, "is not the base64 of a line of text") \
	VALUE(CRYPT_HASH,  is_crypt_hash(value), "is not a password hash (like $6$...)") \
	VALUE(HOST,        is_host_address(address), "is not the IPv4 address of a host") \
	VALUE(NETMASK,     is_netmask(address), "is not a contiguous mask (like 255.255.255.0)") \
	VALUE(MAC_ADDRESS, is_mac_address(value), "is not a MAC address (six hexadecimal pairs)") \
	ITEM(ADDRESS,      next_address(list, item, &route.gateway), "is not an IPv4 address") \
	ITEM(ROUTE,        next_route(list, item, &route), \
		"is not DESTINATION/PREFIX GATEWAY (like 10.0.0.0/8 10.0.0.1)") \
	ITEM(APPLIED,      next_applied(list, item), "is not FILE HASH (like os.conf $6$...)")

#define NO_VALUE(kind, valid, wrong)
#define VALUE_KIND(kind, valid, wrong) VALUE_##kind,
enum { VALUE_KINDS(VALUE_KIND, VALUE_KIND) };

/* "00:8c:fa:5e:14:23", as is_valid() leaves it */
enum { MAC_SIZE = 18 };

#define ADDRESS_FORMAT   "%u.%u.%u.%u"
#define ADDRESS_ARGS(a)  (a) >> 24, ((a) >> 16) & 0xff, ((a) >> 8) & 0xff, (a) & 0xff

/* These parse the beginning of s.  Return what follows, or NULL if it does not match.
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
/* The same for an item of any kind */
int next_item(int kind, const char **list, const char **item) FAST_FUNC;

/* True if value is of that kind, which is not a list's.  Converts a MAC address to the form in
 * struct card, and decodes a password, in place. */
int is_valid(int kind, char *value, int source) FAST_FUNC;
/* What is said of a value that is not */
const char *wrong_value(int kind) FAST_FUNC;

/* prefix: 0 to 32 */
uint32_t netmask_of(unsigned prefix) FAST_FUNC;
unsigned prefix_len(uint32_t netmask) FAST_FUNC;

/* True if it is a hash of sha512-crypt */
int is_password_hash(const char *hash) FAST_FUNC;

#endif
