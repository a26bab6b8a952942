/* vi: set sw=4 ts=4: */
/*
 * osconf: settings and what the kernel has -> steps: what is missing.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += plan.o
#include "osconf.h"

enum { BUCKETS = 256 };

/* The routes of kernel by destination: those that are there, and those that
 * the plan adds.  A search among thousands stays short. */
struct route_table {
	struct kernel *kernel;
	int bucket[BUCKETS];
};

static int *bucket_of(struct route_table *table, uint32_t destination)
{
	destination ^= destination >> 16;
	return &table->bucket[(destination ^ (destination >> 8)) % BUCKETS];
}

static void table_insert(struct route_table *table, int i)
{
	struct kernel_route *r = &table->kernel->route[i];
	int *bucket = bucket_of(table, r->route.destination);

	r->next = *bucket;
	*bucket = i;
}

static struct kernel_route *table_find(struct route_table *table, unsigned card,
		const struct route *route)
{
	int i;

	for (i = *bucket_of(table, route->destination); i >= 0; i = table->kernel->route[i].next) {
		struct kernel_route *r = &table->kernel->route[i];
		if (r->card == card && r->metric == 0
		 && memcmp(&r->route, route, sizeof(*route)) == 0
		) {
			return r;
		}
	}
	return NULL;
}

static struct step *add_step(struct plan *plan, int what, const char *name)
{
	struct step *step;

	plan->step = xrealloc_vector(plan->step, 6, plan->steps);
	step = &plan->step[plan->steps++];
	step->what = what;
	step->name = name;
	return step;
}

/*** What is missing ***/

/* Takes every address off a card.  Aliases first and in reverse: with a
 * subnet's first address, the kernel removes the others of that subnet. */
static void plan_no_addresses(struct plan *plan, const struct kernel *kernel,
		const struct card *card)
{
	unsigned i;

	for (i = kernel->addresses; i-- > 0;)
		if (kernel->address[i].card == card && strcmp(kernel->address[i].label, card->name) != 0)
			add_step(plan, STEP_NO_ALIAS, kernel->address[i].label);
	for (i = 0; i < kernel->addresses; i++)
		if (strcmp(kernel->address[i].label, card->name) == 0)
			add_step(plan, STEP_NO_ADDRESS, card->name);
}

/* The card shall have this address and no other.  Returns true if the routes
 * that go through the card stay as they are: they go with its last address. */
static int plan_address(struct plan *plan, const struct kernel *kernel,
		const struct card *card, const struct interface *eth)
{
	struct step *step;
	unsigned i, addresses = 0, aliases = 0;

	for (i = 0; i < kernel->addresses; i++) {
		if (kernel->address[i].card != card)
			continue;
		addresses++;
		aliases += (strcmp(kernel->address[i].label, card->name) != 0);
	}
	if (addresses == 1 && !aliases && card->up
	 && card->ip_addr == eth->ip_addr && card->netmask == eth->netmask
	) {
		return 1;
	}

	/* ifconfig replaces one address */
	if (addresses > 1 || aliases)
		plan_no_addresses(plan, kernel, card);
	step = add_step(plan, STEP_ADDRESS, card->name);
	step->ip_addr = eth->ip_addr;
	step->route.netmask = eth->netmask;
	return addresses == 0;
}

static void plan_loopback(struct plan *plan, const struct card *card)
{
	struct step *step;

	if (card->up && card->ip_addr == INADDR_LOOPBACK)
		return;
	step = add_step(plan, STEP_ADDRESS, card->name);
	step->ip_addr = INADDR_LOOPBACK;
	step->route.netmask = 0xff000000;
}

static void plan_route(struct plan *plan, struct route_table *table, unsigned card,
		const struct route *route)
{
	struct kernel *kernel = table->kernel;
	struct kernel_route *r = table_find(table, card, route);

	if (!r) {
		kernel->route = xrealloc_vector(kernel->route, 6, kernel->routes);
		r = &kernel->route[kernel->routes];
		r->route = *route;
		r->metric = 0;
		r->card = card;
		table_insert(table, kernel->routes++);
		add_step(plan, STEP_ROUTE, kernel->card[card].name)->route = *route;
	}
	r->wanted = 1;
}

/* A gateway outside the card's subnet is reached through a host route */
static void plan_route_via(struct plan *plan, struct route_table *table, unsigned card,
		const struct interface *eth, const struct route *route)
{
	if ((route->gateway ^ eth->ip_addr) & eth->netmask) {
		struct route host = { route->gateway, 0xffffffff, 0 };
		plan_route(plan, table, card, &host);
	}
	plan_route(plan, table, card, route);
}

/* Returns true if a default route was among them */
static int plan_routes(struct plan *plan, struct route_table *table, unsigned card,
		const struct interface *eth)
{
	const char *list = eth->route, *item;
	struct route route;
	int has_default = 0;

	if (!(eth->has & (1 << ROUTE)))
		return 0;
	while (next_route(&list, &item, &route) > 0) {
		plan_route_via(plan, table, card, eth, &route);
		has_default |= !route.netmask;
	}
	return has_default;
}

/* The card's own subnet: the kernel's route, which comes with the address */
static int is_subnet_route(const struct kernel_route *r, const struct interface *eth)
{
	return !r->route.gateway && r->route.netmask == eth->netmask
		&& r->route.destination == (eth->ip_addr & eth->netmask);
}

/* Returns the card of ethN; NULL: it is not there, or has no address to get */
static struct card *card_of(const struct kernel *kernel, const struct settings *settings, int n)
{
	unsigned i;

	if (settings->eth[n].has & (1 << IP_ADDR))
		for (i = 0; i < kernel->cards; i++)
			if (kernel->card[i].eth == n)
				return &kernel->card[i];
	return NULL;
}

/* If no list has a default route: the gateway of eth1 in a classic network,
 * which has an eth1, of eth0 in a VPC */
static void plan_default_route(struct plan *plan, struct route_table *table,
		const struct settings *settings)
{
	int n = (settings->named >> 1) & 1;
	const struct interface *eth = &settings->eth[n];
	const struct card *card = card_of(table->kernel, settings, n);
	struct route route = { 0, 0, eth->gateway };

	if (card && (eth->has & (1 << GATEWAY)))
		plan_route_via(plan, table, card - table->kernel->card, eth, &route);
}

static void plan_stale_routes(struct plan *plan, const struct kernel *kernel,
		const struct settings *settings, unsigned present)
{
	unsigned i;

	for (i = 0; i < present; i++) {
		const struct kernel_route *r = &kernel->route[i];
		const struct card *card = &kernel->card[r->card];
		struct step *step;

		if (!card->keeps_routes || r->wanted || is_subnet_route(r, &settings->eth[card->eth]))
			continue;
		step = add_step(plan, STEP_NO_ROUTE, card->name);
		step->route = r->route;
		step->metric = r->metric;
	}
}

void FAST_FUNC make_plan(struct plan *plan, const struct settings *settings,
		struct kernel *kernel)
{
	struct route_table *table = xmalloc(sizeof(*table));
	struct card *card;
	unsigned i, present = kernel->routes;
	int n, has_default = 0;

	table->kernel = kernel;
	memset(table->bucket, 0xff, sizeof(table->bucket)); /* -1: empty */

	if (settings->hostname && strcmp(settings->hostname, kernel->hostname) != 0)
		add_step(plan, STEP_HOSTNAME, settings->hostname);
	for (i = 0; i < kernel->cards; i++)
		if (kernel->card[i].loopback)
			plan_loopback(plan, &kernel->card[i]);
	for (n = 0; n < INTERFACES_MAX; n++) {
		card = card_of(kernel, settings, n);
		if (card)
			card->keeps_routes = plan_address(plan, kernel, card, &settings->eth[n]);
	}
	for (i = 0; i < present; i++)
		if (kernel->card[kernel->route[i].card].keeps_routes)
			table_insert(table, i);
	for (n = 0; n < INTERFACES_MAX; n++) {
		card = card_of(kernel, settings, n);
		if (card)
			has_default |= plan_routes(plan, table, card - kernel->card, &settings->eth[n]);
	}
	if (!has_default)
		plan_default_route(plan, table, settings);
	plan_stale_routes(plan, kernel, settings, present);
	free(table);
}

/*** Steps as text ***/

static char *put_address(char *p, uint32_t address)
{
	return p + sprintf(p, ADDRESS_FORMAT, ADDRESS_ARGS(address));
}

void FAST_FUNC step_ip_route(const struct step *step, char words[COMMAND_SIZE])
{
	const struct route *route = &step->route;
	char *p = put_address(words, route->destination);

	p += sprintf(p, "/%u", prefix_len(route->netmask));
	if (route->gateway)
		put_address(stpcpy(p, " via "), route->gateway);
}

void FAST_FUNC step_command(const struct step *step, char command[COMMAND_SIZE])
{
	const struct route *route = &step->route;
	char *p = command;

	switch (step->what) {
	case STEP_HOSTNAME:
		sprintf(p, "hostname %s", step->name);
		return;
	case STEP_ADDRESS:
		p += sprintf(p, "ifconfig %s ", step->name);
		p = put_address(p, step->ip_addr);
		p = put_address(stpcpy(p, " netmask "), route->netmask);
		strcpy(p, " up");
		return;
	case STEP_NO_ADDRESS:
		sprintf(p, "ifconfig %s 0.0.0.0", step->name);
		return;
	case STEP_NO_ALIAS:
		sprintf(p, "ifconfig %s down", step->name);
		return;
	default:
		p = stpcpy(p, step->what == STEP_ROUTE ? "route add " : "route del ");
		if (!route->netmask) {
			p = stpcpy(p, "default");
		} else {
			/* without -net, route takes an address for a host's */
			p = put_address(stpcpy(p, route->netmask + 1 ? "-net " : "-host "), route->destination);
			if (route->netmask + 1)
				p += sprintf(p, "/%u", prefix_len(route->netmask));
		}
		if (route->gateway)
			p = put_address(stpcpy(p, " gw "), route->gateway);
		if (step->metric)
			p += sprintf(p, " metric %u", step->metric);
		sprintf(p, " dev %s", step->name);
	}
}

void FAST_FUNC step_message(const struct step *step, char message[COMMAND_SIZE])
{
	const struct route *route = &step->route;
	char *p = message;

	if (step->what == STEP_HOSTNAME) {
		sprintf(p, "hostname %s", step->name);
		return;
	}
	p += sprintf(p, "%s: ", step->name);
	if (step->what == STEP_ADDRESS) {
		sprintf(put_address(p, step->ip_addr), "/%u", prefix_len(route->netmask));
		return;
	}
	if (step->what == STEP_NO_ADDRESS || step->what == STEP_NO_ALIAS) {
		strcpy(p, "old address removed");
		return;
	}
	p = put_address(stpcpy(p, "route "), route->destination);
	p += sprintf(p, "/%u", prefix_len(route->netmask));
	if (route->gateway)
		p = put_address(stpcpy(p, " via "), route->gateway);
	if (step->what == STEP_NO_ROUTE)
		strcpy(p, " removed");
}
