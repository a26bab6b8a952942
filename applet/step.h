/* vi: set sw=4 ts=4: */
/*
 * osconf: one step of a plan.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_STEP_H
#define OSCONF_STEP_H 1

#include "value.h"

struct nlmsghdr;

enum { COMMAND_SIZE = 192 }; /* the longest command fits, with a quoted name */

struct step {
	enum {
		STEP_HOSTNAME,
		STEP_NO_ROUTE, STEP_NO_ADDRESS, /* what the message names */
		STEP_ADDRESS,                   /* also brings the card up */
		STEP_ROUTE_AGAIN,               /* what the message names, before others to its destination */
		STEP_ROUTE,
	} what;
	const char *name;       /* host name or card */
	struct route route;     /* STEP_(NO_)ADDRESS: the address, its netmask, and as gateway its peer */
	char *const *eth;       /* STEP_ADDRESS: the values of its interface; NULL: lo */
	unsigned metric;
	uint32_t source;        /* of a route: 0 if it has none of its own */
	smallint set_broadcast; /* the kernel does not set it by itself */
	smallint set_arp;       /* the card has it turned off */
	unsigned flags;         /* STEP_ADDRESS: those that the card is to have */
	smallint one_hop;       /* a route through card and gateway alone */
	smallint odd;           /* ifconfig and route can't name it */
	smallint failed;        /* when it was run */
	struct nlmsghdr *message;
};

/* Returns the broadcast address, or 0 for a prefix of 31 (RFC 3021, 2.2) or 32 */
uint32_t broadcast_of(uint32_t ip_addr, uint32_t netmask) FAST_FUNC;

/* Append to p, and return the new end: an address or a destination with its prefix
 * after word, what leads to a route's gateway after word */
char *put_address(char *p, const char *word, uint32_t address) FAST_FUNC;
char *put_destination(char *p, const char *word, const struct route *route) FAST_FUNC;
char *put_gateway(char *p, const char *word, const struct step *step) FAST_FUNC;

/* Writes a STEP_ROUTE in the syntax of ip(8): 10.0.0.0/8 via 10.0.0.1 */
void step_ip_route(const struct step *step, char words[COMMAND_SIZE]) FAST_FUNC;

/* Writes a step as the message that is printed when it is done */
void step_message(const struct step *step, char message[COMMAND_SIZE]) FAST_FUNC;

#endif
