/* vi: set sw=4 ts=4: */
/*
 * osconf: settings and what the kernel has -> steps: what is missing.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += plan.o
#include "plan.h"

enum { LATER_METRIC = 1000 }; /* plus the interface's number */

/* Finds a card's route among those it keeps and those the plan adds */
static struct kernel_route *find_route(const struct kernel *kernel, const struct card *card,
		const struct route *route, unsigned metric)
{
	unsigned i;

	for (i = 0; i < kernel->routes; i++) {
		struct kernel_route *r = &kernel->route[i];
		if (r->card == card && r->metric == metric && (card->keeps_routes || r->wanted)
		 && memcmp(&r->route, route, sizeof(*route)) == 0
		) {
			return r;
		}
	}
	return NULL;
}

/* True if the plan already uses another route to the same destination */
static int has_other_way(const struct kernel *kernel, const struct card *card, const struct route *route)
{
	unsigned i;

	for (i = 0; i < kernel->routes; i++) {
		const struct kernel_route *r = &kernel->route[i];
		if (r->wanted && r->metric == 0
		 && r->route.destination == route->destination && r->route.netmask == route->netmask
		 && (r->card != card || r->route.gateway != route->gateway)
		) {
			return 1;
		}
	}
	return 0;
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

static void plan_new_address(struct plan *plan, const struct card *card, int set_broadcast)
{
	struct step *step = add_step(plan, STEP_ADDRESS, card->name);

	step->route.destination = card->new_ip_addr;
	step->route.netmask = card->new_netmask;
	step->eth = card->values;
	step->set_broadcast = set_broadcast;
}

static int has_new_address(const struct address *address)
{
	return address->ip_addr == address->card->new_ip_addr
		&& address->netmask == address->card->new_netmask;
}

/* lo must be up and have its address; other addresses stay */
static void plan_loopback(struct plan *plan, const struct kernel *kernel, const struct card *lo)
{
	unsigned i;

	for (i = 0; lo->up && i < kernel->addresses; i++)
		if (kernel->address[i].card == lo && has_new_address(&kernel->address[i]))
			return;
	plan_new_address(plan, lo, 0);
}

/* Removes every address of a card.  Aliases go first, in reverse: when a subnet's first
 * address is removed, the kernel removes the others of that subnet. */
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

/* Gives the card its new address and no other.  The routes through it stay, unless
 * its last address is removed. */
static void plan_address(struct plan *plan, const struct kernel *kernel, struct card *card)
{
	uint32_t broadcast = broadcast_of(card->new_ip_addr, card->new_netmask);
	const struct address *first = NULL;
	unsigned i, addresses = 0, aliases = 0;
	int set_broadcast = !broadcast;

	for (i = 0; i < kernel->addresses; i++) {
		const struct address *address = &kernel->address[i];
		if (address->card != card)
			continue;
		if (!first)
			first = address;
		addresses++;
		aliases += (strcmp(address->label, card->name) != 0);
	}
	card->keeps_routes = (addresses == 0);
	if (addresses > 1 || aliases) {
		plan_no_addresses(plan, kernel, card);
	} else if (first && has_new_address(first)) {
		if (first->broadcast != broadcast)
			set_broadcast = 1; /* the kernel ignores an address it already has */
		else if (card->up) {
			card->keeps_routes = 1;
			return;
		}
	}
	plan_new_address(plan, card, set_broadcast); /* replaces the old one, if any */
}

/* The route to the card's own subnet, which the kernel adds with the address */
static int is_subnet_route(const struct card *card, const struct route *route)
{
	return !route->gateway && route->netmask == card->new_netmask
		&& route->destination == (card->new_ip_addr & card->new_netmask);
}

/* Each destination has one preferred route, whatever was set up before: the first in
 * the list of the lowest interface.  Others get a metric */
static void plan_route(struct plan *plan, struct kernel *kernel, const struct card *card,
		const struct route *route)
{
	unsigned metric = has_other_way(kernel, card, route) ? LATER_METRIC + card->eth : 0;
	struct kernel_route *r = find_route(kernel, card, route, metric);

	if (is_subnet_route(card, route))
		return;
	if (!r) {
		struct step *step = add_step(plan, STEP_ROUTE, card->name);
		step->route = *route;
		step->metric = metric;
		kernel->route = xrealloc_vector(kernel->route, 6, kernel->routes);
		r = &kernel->route[kernel->routes++];
		r->route = *route;
		r->metric = metric;
		r->card = card;
	}
	r->wanted = 1;
}

/* A gateway outside the card's subnet is reached through a host route */
static void plan_route_via(struct plan *plan, struct kernel *kernel, const struct card *card,
		const struct route *route)
{
	if (route->gateway && ((route->gateway ^ card->new_ip_addr) & card->new_netmask)) {
		struct route host = { route->gateway, 0xffffffff, 0 };
		plan_route(plan, kernel, card, &host);
	}
	plan_route(plan, kernel, card, route);
}

/* Returns true if the list has a default route */
static int plan_routes(struct plan *plan, struct kernel *kernel, const struct card *card,
		const char *list)
{
	const char *item;
	struct route route;
	int has_default = 0;

	while (next_route(&list, &item, &route) > 0) {
		plan_route_via(plan, kernel, card, &route);
		has_default |= !route.netmask;
	}
	return has_default;
}

/* Returns the card of ethN, or NULL if it is missing or gets no address */
static struct card *card_of(const struct kernel *kernel, int n)
{
	unsigned i;

	for (i = 0; i < kernel->cards; i++)
		if (kernel->card[i].eth == n && kernel->card[i].new_ip_addr)
			return &kernel->card[i];
	return NULL;
}

/* If no list has a default route, uses the gateway of eth1 (classic network), or of
 * eth0 if there is no eth1 (VPC) */
static void plan_default_route(struct plan *plan, struct kernel *kernel,
		const struct settings *settings)
{
	int n = (interfaces_named(settings) >> 1) & 1;
	const struct card *card = card_of(kernel, n);
	struct route route = { 0, 0, address_of_key(settings, KEY_INTERFACE(n) + GATEWAY) };

	if (card && route.gateway)
		plan_route_via(plan, kernel, card, &route);
}

static void plan_stale_routes(struct plan *plan, const struct kernel *kernel, unsigned present)
{
	unsigned i;

	for (i = 0; i < present; i++) {
		const struct kernel_route *r = &kernel->route[i];
		struct step *step;

		if (!r->card->keeps_routes || r->wanted || is_subnet_route(r->card, &r->route))
			continue;
		step = add_step(plan, STEP_NO_ROUTE, r->card->name);
		step->route = r->route;
		step->metric = r->metric;
	}
}

/* Sets a card's new address from the settings */
static void set_new_address(struct card *card, const struct settings *settings)
{
	if (card->loopback) {
		card->new_ip_addr = INADDR_LOOPBACK;
		card->new_netmask = 0xff000000;
	} else if (card->eth >= 0) {
		card->values = &settings->value[KEY_INTERFACE(card->eth)];
		card->new_ip_addr = address_of_key(settings, KEY_INTERFACE(card->eth) + IP_ADDR);
		card->new_netmask = address_of_key(settings, KEY_INTERFACE(card->eth) + NETMASK);
	}
}

void FAST_FUNC make_plan(struct plan *plan, const struct settings *settings,
		struct kernel *kernel)
{
	const char *hostname = settings->value[KEY_HOSTNAME];
	struct card *card;
	unsigned i, present = kernel->routes;
	int n, has_default = 0;

	if (hostname && strcmp(hostname, kernel->hostname) != 0)
		add_step(plan, STEP_HOSTNAME, hostname);
	for (i = 0; i < kernel->cards; i++) {
		card = &kernel->card[i];
		set_new_address(card, settings);
		if (card->loopback)
			plan_loopback(plan, kernel, card);
	}
	for (n = 0; n < INTERFACES_MAX; n++) {
		card = card_of(kernel, n);
		if (card)
			plan_address(plan, kernel, card);
	}
	for (n = 0; n < INTERFACES_MAX; n++) {
		const char *list = settings->value[KEY_INTERFACE(n) + ROUTE];

		card = card_of(kernel, n);
		if (card && list)
			has_default |= plan_routes(plan, kernel, card, list);
	}
	if (!has_default)
		plan_default_route(plan, kernel, settings);
	plan_stale_routes(plan, kernel, present);
}
