/* vi: set sw=4 ts=4: */
/*
 * osconf: a plan, files and their new texts -> the commands that do the same (dry run).
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//config:config FEATURE_OSCONF_DRY_RUN
//config:	bool "Dry run: -n (4.1 kb)"
//config:	default y
//config:	depends on OSCONF
//config:	help
//config:	With -n, osconf changes nothing and prints the commands that would do
//config:	the same: what an os.conf would do, and what is not as it should be.

//kbuild:lib-$(CONFIG_FEATURE_OSCONF_DRY_RUN) += command.o
#include "command.h"
#include "message.h"

#define SAFE "/._-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* A name as one word of a shell.  Never freed: a dry run ends soon */
static char *quoted(const char *name)
{
	char *word, *p;

	if (*name && !name[strspn(name, SAFE)])
		return (char*)name;
	p = word = xmalloc(sizeof("''") + strlen(name) * (sizeof("'\\''") - 1));
	*p++ = '\'';
	for (; *name; name++) {
		if (*name == '\'')
			p = stpcpy(p, "'\\'");
		*p++ = *name;
	}
	strcpy(p, "'");
	return word;
}

static char *put_ifconfig(char *p, const struct step *step)
{
	const struct route *route = &step->route;

	/* setting an address also brings the card up */
	p = put_address(p, " ", route->destination);
	p = put_address(p, " netmask ", route->netmask);
	if (step->set_broadcast)
		p = put_address(p, " broadcast ", broadcast_of(route->destination, route->netmask));
	return step->set_arp ? stpcpy(p, " arp") : p;
}

static char *put_route(char *p, const struct step *step)
{
	const struct route *route = &step->route;

	if (!route->netmask)
		p = stpcpy(p, "default");
	else if (!~route->netmask) /* route refuses -net with a prefix of 32 */
		p = put_address(p, "-host ", route->destination);
	else /* without -net, route treats 0.0.0.0/1 as a host */
		p = put_destination(p, "-net ", route);
	p = put_gateway(p, " gw ", step);
	return p + sprintf(p, " dev %s", quoted(step->name));
}

static char *put_ip_address(char *p, const struct step *step)
{
	struct route peer = step->route;

	if (peer.gateway != peer.destination) {
		p = put_address(p, "", peer.destination);
		p = stpcpy(p, " peer ");
		peer.destination = peer.gateway;
	}
	p = put_destination(p, "", &peer);
	return p + sprintf(p, " dev %s", quoted(step->name));
}

static char *put_ip_route(char *p, const struct step *step)
{
	struct step named = *step;

	if (!step->one_hop) /* the kernel takes the destination alone */
		named.route.gateway = 0;
	step_ip_route(&named, p);
	p += strlen(p);
	if (step->one_hop)
		p += sprintf(p, " dev %s", quoted(step->name));
	if (step->source)
		p = put_address(p, " src ", step->source);
	return p;
}

void FAST_FUNC step_command(const struct step *step, char command[COMMAND_SIZE])
{
	switch (step->what) {
	case STEP_HOSTNAME:
		sprintf(command, "hostname %s", step->name);
		break;
	case STEP_ADDRESS:
		put_ifconfig(command + sprintf(command, "ifconfig %s", quoted(step->name)), step);
		break;
	case STEP_NO_ADDRESS:
		put_ip_address(stpcpy(command, "ip addr del "), step);
		break;
	case STEP_ROUTE:
		put_route(stpcpy(command, "route add "), step);
		break;
	case STEP_ROUTE_AGAIN:
		strcpy(put_ip_route(stpcpy(command, "ip route prepend "), step), " proto kernel scope link");
		break;
	case STEP_NO_ROUTE:
		if (step->odd)
			put_ip_route(stpcpy(command, "ip route del "), step);
		else
			put_route(stpcpy(command, "route del "), step);
	}
}

void FAST_FUNC print_plan(const struct plan *plan)
{
	char command[COMMAND_SIZE];
	unsigned i;

	for (i = 0; i < plan->steps; i++) {
		step_command(&plan->step[i], command);
		puts(command);
	}
}

static void put_command(const char *command, const char *word)
{
	printf("%s%s\n", command, quoted(word));
}

/* A here-document, ended by a line that the text does not have, and always with a newline */
static void print_text(const char *name, const char *text)
{
	char end[sizeof("EOF") + 64] = "\nEOF";
	char *with_start = xasprintf("\n%s", text);
	size_t len = strlen(text);

	while (strlen(end) < sizeof(end) - 1 && strstr(with_start, end))
		strcat(end, "_");
	if (len && text[len - 1] != '\n') {
		printf("printf %%s \"$(cat <<'%s'\n%s%s\n)\"", end + 1, text, end);
		put_command(" >", name);
	} else {
		printf("cat >%s <<'%s'\n%s%s\n", quoted(name), end + 1, text, end + 1);
	}
	free(with_start);
}

/* A run puts a new file into the place of what is no file, or another user's */
static void print_file(const struct replacement *r)
{
	const struct path *path = &r->path;

	if (strchr(path->rest, '/'))
		put_command("mkdir -p ", xstrndup(path->whole, strrchr(path->whole, '/') - path->whole));
	if (!r->text || path->foreign || (path->st.st_mode && !S_ISREG(path->st.st_mode)))
		put_command("rm -f ", path->linked ? path->whole : r->name);
	if (r->text)
		print_text(r->name, r->text);
}

void FAST_FUNC print_files(const struct replacement *last)
{
	if (!last)
		return;
	print_files(last->next);
	if (!last->failed && !last->kept)
		print_file(last);
}

int FAST_FUNC end_printing(void)
{
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : perror_msg("standard output: can't write");
}
