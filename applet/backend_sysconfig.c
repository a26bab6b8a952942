/* vi: set sw=4 ts=4: */
/*
 * osconf: a plan -> /etc/sysconfig/network, network-scripts/ifcfg-CARD and
 * route-CARD, for initscripts (Documentation: sysconfig.txt).
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//config:config FEATURE_OSCONF_SYSCONFIG
//config:	bool "-b sysconfig: leave the network to initscripts (1.9 kb)"
//config:	default n
//config:	depends on OSCONF
//config:	select FEATURE_OSCONF_BACKENDS
//config:	help
//config:	With -b sysconfig, osconf writes host name, cards, addresses and
//config:	routes to /etc/sysconfig, as Red Hat's initscripts expect them.

//kbuild:lib-$(CONFIG_FEATURE_OSCONF_SYSCONFIG) += backend_sysconfig.o
#include "backend_sysconfig.h"
#include "message.h"

#define SCRIPTS "/etc/sysconfig/network-scripts"

static int replace_section(struct batch *batch, const char *path, const char *lines)
{
	struct section section;

	return open_section(&section, path) == 0 ? close_section(batch, &section, lines) : -1;
}

static int is_of_plan(const struct plan *plan, const char *card, int what)
{
	unsigned i;

	for (i = 0; i < plan->steps; i++)
		if ((int)plan->step[i].what == what && strcmp(plan->step[i].name, card) == 0)
			return 1;
	return 0;
}

/* Returns the card of an ifcfg- or route- file, and which of them it is, or NULL.  Copies
 * of such files are not read by initscripts either */
static const char *card_of_file(const char *name, int *what)
{
	static const char copies[][sizeof(".rpmorig")] ALIGN1 = { "~", ".bak", ".orig", ".rpmnew", ".rpmorig", ".rpmsave" };
	const char *card = is_prefixed_with(name, "ifcfg-");
	unsigned i;

	*what = STEP_ADDRESS;
	if (!card) {
		*what = STEP_ROUTE;
		card = is_prefixed_with(name, "route-");
	}
	for (i = 0; card && i < ARRAY_SIZE(copies); i++)
		if (is_suffixed_with(card, copies[i]))
			return NULL;
	return card;
}

/* Removes osconf's section from the file of a card that is no longer configured.  It may be
 * a link to one that is */
static int remove_stale_section(struct batch *batch, const struct plan *plan, const char *path)
{
	struct file file;
	const char *card;
	int what;

	if (find_to_replace(&file, path) != 0)
		return -1;
	card = card_of_file(file.path.rest, &what);
	if (!card || !is_of_plan(plan, card, what))
		return remove_section(batch, &file);
	leave(&file.path);
	return 0;
}

/* The same of all such cards */
static int remove_stale(struct batch *batch, const struct plan *plan)
{
	struct path scripts;
	struct dirent *entry;
	DIR *dir;
	int failed = 0;

	if (walk(&scripts, FROM_ROOT, SCRIPTS "/.") == 0) {
		if (!scripts.st.st_mode)
			return 0;
		dir = fdopendir(open_at(scripts.dir, ".", O_RDONLY | O_DIRECTORY, 0));
		leave(&scripts);
	} else {
		dir = NULL;
	}
	if (!dir)
		return perror_msg("%s: can't read", SCRIPTS);
	while ((errno = 0, entry = readdir(dir)) != NULL) {
		int what;
		const char *card = card_of_file(entry->d_name, &what);

		if (card && !is_of_plan(plan, card, what))
			failed |= remove_stale_section(batch, plan, xasprintf(SCRIPTS "/%s", entry->d_name));
	}
	if (errno)
		failed = perror_msg("%s: can't read", SCRIPTS);
	closedir(dir);
	return failed;
}

static int replace_address(struct batch *batch, const struct step *step)
{
	char lines[2 * COMMAND_SIZE];

	sprintf(lines, "DEVICE=%s\nONBOOT=yes\nBOOTPROTO=static\n"
		"IPADDR=%s\nNETMASK=%s\n", step->name, step->eth[IP_ADDR], step->eth[NETMASK]);
	return replace_section(batch, xasprintf(SCRIPTS "/ifcfg-%s", step->name), lines);
}

/* initscripts pass each line to `ip route add` */
static int replace_routes(struct batch *batch, const struct plan *plan, const char *card)
{
	char command[COMMAND_SIZE];
	char *lines = xzalloc(plan->steps * COMMAND_SIZE + 1);
	char *p = lines;
	unsigned i;

	for (i = 0; i < plan->steps; i++) {
		const struct step *step = &plan->step[i];
		if (step->what == STEP_ROUTE && step->name == card) {
			step_ip_route(step, command);
			p += sprintf(p, "%s dev %s\n", command, card);
		}
	}
	return p == lines ? 0 : replace_section(batch, xasprintf(SCRIPTS "/route-%s", card), lines);
}

int FAST_FUNC converge_sysconfig(struct batch *batch, const struct plan *plan)
{
	char lines[COMMAND_SIZE] = "";
	unsigned i;
	int failed = remove_stale(batch, plan);

	for (i = 0; i < plan->steps; i++) {
		const struct step *step = &plan->step[i];
		if (step->what == STEP_HOSTNAME)
			sprintf(lines, "HOSTNAME=%s\n", step->name);
		/* initscripts have their own ifcfg-lo */
		if (step->what != STEP_ADDRESS || !step->eth)
			continue;
		failed |= replace_address(batch, step);
		failed |= replace_routes(batch, plan, step->name);
	}
	if (plan->steps)
		strcat(lines, "NETWORKING=yes\n");
	return replace_section(batch, "/etc/sysconfig/network", lines) | failed;
}
