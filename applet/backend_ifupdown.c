/* vi: set sw=4 ts=4: */
/*
 * osconf: a plan -> /etc/network/interfaces, for ifup of busybox, Debian's
 * ifupdown and ifupdown-ng.  interfaces(5)
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//config:config FEATURE_OSCONF_IFUPDOWN
//config:	bool "-b ifupdown: leave the network to ifup (2 kb)"
//config:	default n
//config:	depends on OSCONF
//config:	select FEATURE_OSCONF_BACKENDS
//config:	help
//config:	With -b ifupdown, osconf writes cards, addresses and routes into
//config:	/etc/network/interfaces, and 'ifup -a' brings them up.  For systems
//config:	whose other programs hook into ifup.

//kbuild:lib-$(CONFIG_FEATURE_OSCONF_IFUPDOWN) += backend_ifupdown.o
#include "osconf.h"

static const char interfaces[] ALIGN1 = "/etc/network/interfaces";

/* True if text has a line WORD NAME... or, if among, WORD ... NAME ... */
static int has_line(const char *text, const char *word, const char *name, int among)
{
	while (*text) {
		const char *end = strchrnul(text, '\n');
		const char *s = is_prefixed_with(skip_whitespace(text), word);

		while (s && isblank(*s)) {
			const char *item = s + strspn(s, " \t");
			s = item + strcspn(item, " \t\r\n");
			if (s - item == (ssize_t)strlen(name) && strncmp(item, name, s - item) == 0)
				return 1;
			if (!among)
				break;
		}
		text = *end ? end + 1 : end;
	}
	return 0;
}

/* `up` gets all routes, also the default one: a gateway outside the subnet
 * needs its own route first, which `gateway` does not know */
static char *put_routes(char *p, const struct plan *plan, const char *card)
{
	char command[COMMAND_SIZE];
	unsigned i;

	for (i = 0; i < plan->steps; i++) {
		const struct step *step = &plan->step[i];
		if (step->what == STEP_ROUTE && step->name == card) {
			step_ip_route(step, command);
			p += sprintf(p, "\tup ip route replace %s dev %s\n", command, card);
		}
	}
	return p;
}

static char *put_card(char *p, const struct step *step, const char *others)
{
	const char *card = step->name;
	int has_iface = has_line(others, "iface", card, 0);

	/* busybox's ifup stops at a second `auto` for the same card */
	if (!has_line(others, "auto", card, 1))
		p += sprintf(p, "auto %s\n", card);
	if (step->route.destination == INADDR_LOOPBACK)
		return has_iface ? p : p + sprintf(p, "iface %s inet loopback\n", card);
	if (has_iface)
		bb_error_msg("%s: %s has another iface stanza for it, which ifup applies too: remove it",
			card, interfaces);
	return p + sprintf(p, "iface %s inet static\n"
		"\taddress "ADDRESS_FORMAT"\n\tnetmask "ADDRESS_FORMAT"\n", card,
		ADDRESS_ARGS(step->route.destination), ADDRESS_ARGS(step->route.netmask));
}

int FAST_FUNC store_ifupdown(const struct plan *plan)
{
	struct section section;
	char *text, *p;
	unsigned i;
	int failed;

	if (section_open(&section, interfaces) != 0)
		return -1;
	p = text = xzalloc(plan->steps * 2 * COMMAND_SIZE + 1);
	for (i = 0; i < plan->steps; i++) {
		const struct step *step = &plan->step[i];
		if (step->what == STEP_ADDRESS) {
			p = put_card(p, step, section.rest);
			p = put_routes(p, plan, step->name);
		}
	}
	failed = section_close(&section, text);
	free(text);
	return failed;
}
