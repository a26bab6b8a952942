/* vi: set sw=4 ts=4: */
/*
 * osconf: a step -> its texts: command, message, route of ip(8).
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += step.o
#include "step.h"

uint32_t FAST_FUNC broadcast_of(uint32_t ip_addr, uint32_t netmask)
{
	return netmask < 0xfffffffe ? ip_addr | ~netmask : 0;
}

static char *put_address(char *p, const char *word, uint32_t address)
{
	return p + sprintf(p, "%s" ADDRESS_FORMAT, word, ADDRESS_ARGS(address));
}

static char *put_destination(char *p, const char *word, const struct route *route)
{
	p = put_address(p, word, route->destination);
	return p + sprintf(p, "/%u", prefix_len(route->netmask));
}

static char *put_gateway(char *p, const char *word, const struct step *step)
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

/* Both tables MUST match the order of struct step.what */

void FAST_FUNC step_command(const struct step *step, char command[COMMAND_SIZE])
{
	const struct route *route = &step->route;
	char *p = command + sprintf(command, nth_string("hostname %s\0" "ifconfig %s down\0"
			"ifconfig %s 0.0.0.0\0" "ifconfig %s\0" "route add \0" "route del \0",
			step->what), step->name);

	if (step->what == STEP_ADDRESS) {
		/* setting an address also brings the card up */
		p = put_address(p, " ", route->destination);
		p = put_address(p, " netmask ", route->netmask);
		if (step->set_broadcast)
			put_address(p, " broadcast ", broadcast_of(route->destination, route->netmask));
	} else if (step->what > STEP_ADDRESS) {
		if (!route->netmask)
			p = stpcpy(p, "default");
		else if (!~route->netmask) /* route refuses -net with a prefix of 32 */
			p = put_address(p, "-host ", route->destination);
		else /* without -net, route treats 0.0.0.0/1 as a host */
			p = put_destination(p, "-net ", route);
		p = put_gateway(p, " gw ", step);
		sprintf(p, " dev %s", step->name);
	}
}

void FAST_FUNC step_message(const struct step *step, char message[COMMAND_SIZE])
{
	char *p = message + sprintf(message, nth_string("hostname %s\0" "%s: old address removed\0"
			"%s: old address removed\0" "%s: \0" "%s: route \0" "%s: route \0",
			step->what), step->name);

	if (step->what >= STEP_ADDRESS)
		step_ip_route(step, p);
	if (step->what == STEP_NO_ROUTE)
		strcat(p, " removed");
}
