/* vi: set sw=4 ts=4: */
/*
 * osconf: one step of a plan.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_STEP_H
#define OSCONF_STEP_H 1

#include "value.h"

enum { COMMAND_SIZE = 128 }; /* the longest command fits */

struct step {
	enum { STEP_HOSTNAME, STEP_NO_ALIAS, STEP_NO_ADDRESS, STEP_ADDRESS, STEP_ROUTE, STEP_NO_ROUTE } what;
	const char *name;      /* host name, card or alias */
	struct route route;    /* STEP_ADDRESS: the address and its netmask */
	char *const *eth;      /* STEP_ADDRESS: the values of its interface; NULL: lo */
	unsigned metric;
	smallint set_broadcast; /* the kernel does not set it by itself */
};

/* Returns the broadcast address, or 0 for a prefix of 31 (RFC 3021, 2.2) or 32 */
uint32_t broadcast_of(uint32_t ip_addr, uint32_t netmask) FAST_FUNC;

/* Writes a step as the busybox command that does it */
void step_command(const struct step *step, char command[COMMAND_SIZE]) FAST_FUNC;

/* Writes a STEP_ROUTE in the syntax of ip(8): 10.0.0.0/8 via 10.0.0.1 */
void step_ip_route(const struct step *step, char words[COMMAND_SIZE]) FAST_FUNC;

/* Writes a step as the message that is printed when it is done */
void step_message(const struct step *step, char message[COMMAND_SIZE]) FAST_FUNC;

#endif
