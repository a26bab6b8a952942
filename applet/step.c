/* vi: set sw=4 ts=4: */
/*
 * osconf: a step -> its texts: message, route of ip(8).
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += step.o
#include "step.h"

uint32_t FAST_FUNC broadcast_of(uint32_t ip_addr, uint32_t netmask)
{
	return netmask < 0xfffffffe ? ip_addr | ~netmask : 0;
}

char* FAST_FUNC put_address(char *p, const char *word, uint32_t address)
{
	return p + sprintf(p, "%s" ADDRESS_FORMAT, word, ADDRESS_ARGS(address));
}

char* FAST_FUNC put_destination(char *p, const char *word, const struct route *route)
{
	p = put_address(p, word, route->destination);
	return p + sprintf(p, "/%u", prefix_len(route->netmask));
}

char* FAST_FUNC put_gateway(char *p, const char *word, const struct step *step)
{
	if (step->route.gateway)
		p = put_address(p, word, step->route.gateway);
	if (step->metric)
		p += sprintf(p, " metric %u", step->metric);
	return p;
}

void FAST_FUNC step_ip_route(const struct step *step, char words[COMMAND_SIZE])
{
	put_gateway(put_destination(words, "", &step->route), " via ", step);
}

void FAST_FUNC step_message(const struct step *step, char message[COMMAND_SIZE])
{
	char *p;

	if (step->what == STEP_HOSTNAME) {
		sprintf(message, "hostname %s", step->name);
		return;
	}
	p = message + sprintf(message, "%s: ", step->name);
	if (step->what == STEP_NO_ADDRESS || step->what == STEP_ADDRESS)
		put_destination(p, "", &step->route);
	else
		step_ip_route(step, stpcpy(p, "route "));
	if (step->what <= STEP_NO_ADDRESS)
		strcat(p, " removed");
}
