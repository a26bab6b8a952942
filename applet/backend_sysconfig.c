/* vi: set sw=4 ts=4: */
/*
 * osconf: a plan -> /etc/sysconfig/network, network-scripts/ifcfg-CARD and
 * route-CARD, for initscripts (Documentation: sysconfig.txt).
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//config:config FEATURE_OSCONF_SYSCONFIG
//config:	bool "-b sysconfig: leave the network to initscripts (2 kb)"
//config:	default n
//config:	depends on OSCONF
//config:	select FEATURE_OSCONF_BACKENDS
//config:	help
//config:	With -b sysconfig, osconf writes host name, cards, addresses and
//config:	routes into /etc/sysconfig, as Red Hat's initscripts want them.

//kbuild:lib-$(CONFIG_FEATURE_OSCONF_SYSCONFIG) += backend_sysconfig.o
#include "osconf.h"

#define SCRIPTS "/etc/sysconfig/network-scripts"

enum { PATH_SIZE = sizeof(SCRIPTS "/route-") + IFNAMSIZ };

static int store_section(const char *path, const char *lines)
{
	struct section section;

	if (section_open(&section, path) != 0)
		return -1;
	return section_close(&section, lines);
}

static int is_of_plan(const struct plan *plan, const char *card, int what)
{
	unsigned i;

	for (i = 0; i < plan->steps; i++)
		if ((int)plan->step[i].what == what && strcmp(plan->step[i].name, card) == 0)
			return 1;
	return 0;
}

/* Takes osconf's sections out of the files of cards that have none now */
static int remove_stale(const struct plan *plan)
{
	DIR *dir = opendir(SCRIPTS);
	struct dirent *entry;
	int failed = 0;

	while (dir && (entry = readdir(dir)) != NULL) {
		char path[sizeof(SCRIPTS "/") + NAME_MAX];
		int what = STEP_ADDRESS;
		const char *card = is_prefixed_with(entry->d_name, "ifcfg-");

		if (!card) {
			what = STEP_ROUTE;
			card = is_prefixed_with(entry->d_name, "route-");
		}
		if (!card || is_of_plan(plan, card, what))
			continue;
		sprintf(path, SCRIPTS "/%s", entry->d_name);
		failed |= store_section(path, "");
	}
	if (dir)
		closedir(dir);
	return failed;
}

static int store_address(const struct step *step)
{
	char path[PATH_SIZE], lines[2 * COMMAND_SIZE];

	sprintf(path, SCRIPTS "/ifcfg-%s", step->name);
	sprintf(lines, "DEVICE=%s\nONBOOT=yes\nBOOTPROTO=static\n"
		"IPADDR="ADDRESS_FORMAT"\nNETMASK="ADDRESS_FORMAT"\n", step->name,
		ADDRESS_ARGS(step->route.destination), ADDRESS_ARGS(step->route.netmask));
	return store_section(path, lines);
}

/* Each line is given to `ip route add` */
static int store_routes(const struct plan *plan, const char *card)
{
	char path[PATH_SIZE], command[COMMAND_SIZE];
	char *lines = xzalloc(plan->steps * COMMAND_SIZE + 1);
	char *p = lines;
	unsigned i;
	int failed = 0;

	for (i = 0; i < plan->steps; i++) {
		const struct step *step = &plan->step[i];
		if (step->what == STEP_ROUTE && step->name == card) {
			step_ip_route(step, command);
			p += sprintf(p, "%s dev %s\n", command, card);
		}
	}
	if (p != lines) {
		sprintf(path, SCRIPTS "/route-%s", card);
		failed = store_section(path, lines);
	}
	free(lines);
	return failed;
}

int FAST_FUNC store_sysconfig(const struct plan *plan)
{
	char lines[COMMAND_SIZE] = "";
	unsigned i;
	int failed = remove_stale(plan);

	for (i = 0; i < plan->steps; i++) {
		const struct step *step = &plan->step[i];
		if (step->what == STEP_HOSTNAME)
			sprintf(lines, "HOSTNAME=%s\n", step->name);
		/* initscripts have an ifcfg-lo of their own */
		if (step->what != STEP_ADDRESS || step->route.destination == INADDR_LOOPBACK)
			continue;
		failed |= store_address(step);
		failed |= store_routes(plan, step->name);
	}
	if (plan->steps)
		strcat(lines, "NETWORKING=yes\n");
	return store_section("/etc/sysconfig/network", lines) | failed;
}
