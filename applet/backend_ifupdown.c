/* vi: set sw=4 ts=4: */
/*
 * osconf: a plan -> /etc/network/interfaces, for ifup of busybox, Debian's
 * ifupdown and ifupdown-ng.  interfaces(5)
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//config:config FEATURE_OSCONF_IFUPDOWN
//config:	bool "-b ifupdown: leave the network to ifup (1 kb)"
//config:	default n
//config:	depends on OSCONF
//config:	select FEATURE_OSCONF_BACKENDS
//config:	help
//config:	With -b ifupdown, osconf writes cards, addresses and routes to
//config:	/etc/network/interfaces, and 'ifup -a' brings them up.  For systems
//config:	where other programs hook into ifup.

//kbuild:lib-$(CONFIG_FEATURE_OSCONF_IFUPDOWN) += backend_ifupdown.o
#include "backend_ifupdown.h"
#include "message.h"

static const char interfaces[] ALIGN1 = "/etc/network/interfaces";

/* Returns what follows word, or NULL if s does not begin with it as a whole word */
static const char *skip_word(const char *s, const char *word)
{
	s = is_prefixed_with(s + strspn(s, " \t"), word);
	return s && (!*s || isspace(*s)) ? s : NULL;
}

/* True if text has a line "iface CARD inet ..." */
static int has_stanza(const char *text, const char *card)
{
	while (*text) {
		const char *s = skip_word(text, "iface");

		if (s)
			s = skip_word(s, card);
		if (s && skip_word(s, "inet"))
			return 1;
		text = strchrnul(text, '\n');
		text += (*text != '\0');
	}
	return 0;
}

/* True if text has a line "auto ... CARD ..." */
static int is_auto(const char *text, const char *card)
{
	while (*text) {
		const char *s = skip_word(text, "auto");

		while (s && *s != '\n' && *s) {
			if (skip_word(s, card))
				return 1;
			s += strspn(s, " \t\r");
			s += strcspn(s, " \t\r\n");
		}
		text = strchrnul(text, '\n');
		text += (*text != '\0');
	}
	return 0;
}

/* All routes are `up` commands, also the default one: a gateway outside the subnet
 * needs a host route first, which `gateway` does not add */
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
	int stanza = has_stanza(others, card);

	/* busybox's ifup stops at a second `auto` for the same card */
	if (!is_auto(others, card))
		p += sprintf(p, "auto %s\n", card);
	if (!step->eth) /* lo */
		return stanza ? p : p + sprintf(p, "iface %s inet loopback\n", card);
	if (stanza)
		error_msg("%s: %s has another iface stanza for it, which ifup applies too: remove it",
			card, interfaces);
	return p + sprintf(p, "iface %s inet static\n\taddress %s\n\tnetmask %s\n",
		card, step->eth[IP_ADDR], step->eth[NETMASK]);
}

int FAST_FUNC converge_ifupdown(struct batch *batch, const struct plan *plan)
{
	struct section section;
	char *text, *p;
	unsigned i;

	if (open_section(&section, interfaces) != 0)
		return -1;
	p = text = xzalloc(plan->steps * 2 * COMMAND_SIZE + 1);
	for (i = 0; i < plan->steps; i++) {
		const struct step *step = &plan->step[i];
		if (step->what == STEP_ADDRESS) {
			p = put_card(p, step, section.rest);
			p = put_routes(p, plan, step->name);
		}
	}
	return close_section(batch, &section, text);
}
