/* vi: set sw=4 ts=4: */
/*
 * osconf: single values of os.conf: what each may be, and what it means.
 * Addresses and masks are in host byte order.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_VALUE_H
#define OSCONF_VALUE_H 1

#include "common.h"

/* "00:8c:fa:5e:14:23", as check_mac_address() leaves it */
enum { MAC_SIZE = 18 };

#define ADDRESS_FORMAT   "%u.%u.%u.%u"
#define ADDRESS_ARGS(a)  (a) >> 24, ((a) >> 16) & 0xff, ((a) >> 8) & 0xff, (a) & 0xff

/* Both take something off the beginning of s.  Return what follows it; NULL:
 * it is not there.
 * A decimal number from 0 to max, without leading zeros; */
const char *take_number(const char *s, unsigned max, unsigned *number) FAST_FUNC;
/* four of them: no octal, no hexadecimal, no short forms, which inet_aton() takes */
const char *take_address(const char *s, uint32_t *address) FAST_FUNC;

struct route {
	uint32_t destination, netmask;
	uint32_t gateway; /* 0: the destination is on the card's own link */
};

/* Take the next route or address off a list.
 * Return 1; 0: no more; -1: it is none (*list is behind it, *item at it). */
int next_route(const char **list, const char **item, struct route *route) FAST_FUNC;
int next_address(const char **list, const char **item, uint32_t *address) FAST_FUNC;

unsigned prefix_len(uint32_t netmask) FAST_FUNC;

/* True if it is one; is_mac_address() makes it lower case with colons, as
 * struct card has it */
int is_hostname(const char *s) FAST_FUNC;
int is_host_address(uint32_t address) FAST_FUNC;
int is_netmask(uint32_t mask) FAST_FUNC;
int is_mac_address(char *s) FAST_FUNC;
int is_password_hash(const char *hash) FAST_FUNC; /* of sha512-crypt */

/* Decodes base64 (RFC 4648, strictly) in place into a password without its
 * trailing newline.  Returns 0; -1: it is not base64, or empty, or has a NUL
 * or a newline inside. */
int decode_password(char *base64) FAST_FUNC;

#endif
