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

static struct kernel_route *table_find(struct route_table *table, const struct card *card,
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
	memset(step, 0, sizeof(*step));
	step->what = what;
	step->name = name;
	return step;
}

/*** What is missing ***/

static void plan_new_address(struct plan *plan, const struct card *card)
{
	struct step *step = add_step(plan, STEP_ADDRESS, card->name);

	step->route.destination = card->new_ip_addr;
	step->route.netmask = card->new_netmask;
}

static int has_new_address(const struct card *card)
{
	return card->up && card->ip_addr == card->new_ip_addr && card->netmask == card->new_netmask;
}

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

/* The card shall have its new address and no other.  The routes that go
 * through it stay as they are, unless it loses its last address. */
static void plan_address(struct plan *plan, const struct kernel *kernel, struct card *card)
{
	unsigned i, addresses = 0, aliases = 0;

	for (i = 0; i < kernel->addresses; i++) {
		if (kernel->address[i].card != card)
			continue;
		addresses++;
		aliases += (strcmp(kernel->address[i].label, card->name) != 0);
	}
	card->keeps_routes = (addresses == 0);
	if (addresses > 1 || aliases) {
		plan_no_addresses(plan, kernel, card);
	} else if (has_new_address(card)) {
		card->keeps_routes = 1;
		return;
	}
	plan_new_address(plan, card); /* in place of one that it has */
}

static void plan_route(struct plan *plan, struct route_table *table, const struct card *card,
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
		add_step(plan, STEP_ROUTE, card->name)->route = *route;
	}
	r->wanted = 1;
}

/* A gateway outside the card's subnet is reached through a host route */
static void plan_route_via(struct plan *plan, struct route_table *table, const struct card *card,
		const struct route *route)
{
	if ((route->gateway ^ card->new_ip_addr) & card->new_netmask) {
		struct route host = { route->gateway, 0xffffffff, 0 };
		plan_route(plan, table, card, &host);
	}
	plan_route(plan, table, card, route);
}

/* Returns true if a default route was among them */
static int plan_routes(struct plan *plan, struct route_table *table, const struct card *card,
		const char *list)
{
	const char *item;
	struct route route;
	int has_default = 0;

	while (next_route(&list, &item, &route) > 0) {
		plan_route_via(plan, table, card, &route);
		has_default |= !route.netmask;
	}
	return has_default;
}

/* Returns the card of ethN; NULL: it is not there, or has no address to get */
static struct card *card_of(const struct kernel *kernel, int n)
{
	unsigned i;

	for (i = 0; i < kernel->cards; i++)
		if (kernel->card[i].eth == n && kernel->card[i].new_ip_addr)
			return &kernel->card[i];
	return NULL;
}

/* If no list has a default route: the gateway of eth1 in a classic network,
 * which has an eth1, of eth0 in a VPC */
static void plan_default_route(struct plan *plan, struct route_table *table,
		const struct settings *settings)
{
	int n = (interfaces_named(settings) >> 1) & 1;
	const struct card *card = card_of(table->kernel, n);
	struct route route = { 0, 0, address_of_key(settings, KEY_INTERFACE(n) + GATEWAY) };

	if (card && route.gateway)
		plan_route_via(plan, table, card, &route);
}

/* The card's own subnet: the kernel's route, which comes with the address */
static int is_subnet_route(const struct kernel_route *r)
{
	return !r->route.gateway && r->route.netmask == r->card->new_netmask
		&& r->route.destination == (r->card->new_ip_addr & r->card->new_netmask);
}

static void plan_stale_routes(struct plan *plan, const struct kernel *kernel, unsigned present)
{
	unsigned i;

	for (i = 0; i < present; i++) {
		const struct kernel_route *r = &kernel->route[i];
		struct step *step;

		if (!r->card->keeps_routes || r->wanted || is_subnet_route(r))
			continue;
		step = add_step(plan, STEP_NO_ROUTE, r->card->name);
		step->route = r->route;
		step->metric = r->metric;
	}
}

/* What the settings say of a card */
static void set_new_address(struct card *card, const struct settings *settings)
{
	if (card->loopback) {
		card->new_ip_addr = INADDR_LOOPBACK;
		card->new_netmask = 0xff000000;
	} else if (card->eth >= 0) {
		card->new_ip_addr = address_of_key(settings, KEY_INTERFACE(card->eth) + IP_ADDR);
		card->new_netmask = address_of_key(settings, KEY_INTERFACE(card->eth) + NETMASK);
	}
}

void FAST_FUNC make_plan(struct plan *plan, const struct settings *settings,
		struct kernel *kernel)
{
	const char *hostname = settings->value[KEY_HOSTNAME];
	struct route_table *table = xmalloc(sizeof(*table));
	struct card *card;
	unsigned i, present = kernel->routes;
	int n, has_default = 0;

	table->kernel = kernel;
	memset(table->bucket, 0xff, sizeof(table->bucket)); /* -1: empty */

	if (hostname && strcmp(hostname, kernel->uts.nodename) != 0)
		add_step(plan, STEP_HOSTNAME, hostname);
	for (i = 0; i < kernel->cards; i++) {
		card = &kernel->card[i];
		set_new_address(card, settings);
		if (card->loopback && !has_new_address(card))
			plan_new_address(plan, card);
	}
	for (n = 0; n < INTERFACES_MAX; n++) {
		card = card_of(kernel, n);
		if (card)
			plan_address(plan, kernel, card);
	}
	for (i = 0; i < present; i++)
		if (kernel->route[i].card->keeps_routes)
			table_insert(table, i);
	for (n = 0; n < INTERFACES_MAX; n++) {
		const char *list = settings->value[KEY_INTERFACE(n) + ROUTE];

		card = card_of(kernel, n);
		if (card && list)
			has_default |= plan_routes(plan, table, card, list);
	}
	if (!has_default)
		plan_default_route(plan, table, settings);
	plan_stale_routes(plan, kernel, present);
	free(table);
}

/*** Steps as text ***/

static char *put_address(char *p, uint32_t address)
{
	return p + sprintf(p, ADDRESS_FORMAT, ADDRESS_ARGS(address));
}

static char *put_destination(char *p, const struct route *route)
{
	p = put_address(p, route->destination);
	return p + sprintf(p, "/%u", prefix_len(route->netmask));
}

static char *put_gateway(char *p, const char *word, const struct route *route)
{
	return route->gateway ? put_address(stpcpy(p, word), route->gateway) : p;
}

void FAST_FUNC step_ip_route(const struct step *step, char words[COMMAND_SIZE])
{
	put_gateway(put_destination(words, &step->route), " via ", &step->route);
}

/* Both tables MUST match the order of struct step.what */

void FAST_FUNC step_command(const struct step *step, char command[COMMAND_SIZE])
{
	const struct route *route = &step->route;
	char *p = command + sprintf(command, nth_string("hostname %s\0" "ifconfig %s down\0"
			"ifconfig %s 0.0.0.0\0" "ifconfig %s \0" "route add \0" "route del \0",
			step->what), step->name);

	if (step->what == STEP_ADDRESS) {
		p = put_address(p, route->destination);
		p = put_address(stpcpy(p, " netmask "), route->netmask);
		strcpy(p, " up");
	} else if (step->what > STEP_ADDRESS) {
		if (!route->netmask)
			p = stpcpy(p, "default");
		else if (!~route->netmask) /* -net, and a prefix of 32, is refused */
			p = put_address(stpcpy(p, "-host "), route->destination);
		else /* without -net, route takes 0.0.0.0/1 for a host's */
			p = put_destination(stpcpy(p, "-net "), route);
		p = put_gateway(p, " gw ", route);
		if (step->metric)
			p += sprintf(p, " metric %u", step->metric);
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
