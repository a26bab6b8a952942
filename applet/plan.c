/* vi: set sw=4 ts=4: */
/*
 * osconf: settings and what the kernel has -> steps: what is missing.
 *
 * What a card has counts only if it has every property that osconf's own would have.
 * All else on a described card is removed first.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += plan.o
#include "plan.h"

enum {
	LATER_METRIC = 1000, /* plus the interface's number */
	LO           = INTERFACES_MAX,
	GOALS,
	BUCKET_BITS  = 10,
	BUCKETS      = 1 << BUCKET_BITS,
};

/* What a card is to have */
struct goal {
	const struct card *card;     /* NULL: missing, or has no address in the settings */
	uint32_t ip_addr, netmask;
	char *const *eth;            /* the values of its interface; NULL: lo */
	const struct address *there; /* its address, if it has that already */
	const struct kernel_route *subnet; /* the kernel's route for that */
	int in_front;                /* whether another's is used before it */
	smallint keeps_routes;       /* it keeps an address, or has none to lose */
};

/* A route that a card is to have */
struct way {
	const struct goal *goal;
	struct route route;
	unsigned metric;
	unsigned next; /* 1 + the one before in its bucket */
	smallint there;
};

/* About a route of the kernel's */
struct note {
	unsigned next; /* 1 + the one after in its bucket */
	smallint wanted;
};

struct work {
	struct plan *plan;
	const struct kernel *kernel;
	struct way *way;
	unsigned ways;
	struct note *note;                  /* of each of kernel->route[] */
	struct goal goal[GOALS];
	unsigned first_way[BUCKETS];        /* by destination: 1 + number, or 0 */
	unsigned first_route[BUCKETS];
};

static unsigned bucket_of(const struct route *route)
{
	uint32_t hash = (route->destination ^ route->netmask) * 0x9e3779b1; /* Knuth: golden ratio */

	return hash >> (32 - BUCKET_BITS);
}

static int is_same_destination(const struct route *a, const struct route *b)
{
	return a->destination == b->destination && a->netmask == b->netmask;
}

static void note_routes(struct work *work)
{
	unsigned i;

	work->note = xzalloc((work->kernel->routes + 1) * sizeof(*work->note));
	/* from the end: each bucket keeps the kernel's order */
	for (i = work->kernel->routes; i-- > 0;) {
		unsigned *first = &work->first_route[bucket_of(&work->kernel->route[i].route)];
		work->note[i].next = *first;
		*first = i + 1;
	}
}

static struct step *add_step(struct work *work, int what, const char *name)
{
	struct plan *plan = work->plan;
	struct step *step;

	plan->step = xrealloc_vector(plan->step, 6, plan->steps);
	step = &plan->step[plan->steps++];
	memset(step, 0, sizeof(*step));
	step->what = what;
	step->name = name;
	return step;
}

static void add_route_step(struct work *work, int what, const struct kernel_route *r)
{
	struct step *step = add_step(work, what, r->card->name);

	step->route = r->route;
	step->metric = r->metric;
	step->source = r->source;
	step->one_hop = r->one_hop;
	step->odd = !r->plain;
	step->message = r->message;
}

/*** What is wanted ***/

static void set_goals(struct work *work, const struct settings *settings)
{
	unsigned i;

	for (i = 0; i < work->kernel->cards; i++) {
		const struct card *card = &work->kernel->card[i];
		struct goal *goal = &work->goal[LO];

		if (card->eth >= 0) {
			goal = &work->goal[card->eth];
			goal->eth = &settings->value[KEY_INTERFACE(card->eth)];
			goal->ip_addr = address_of_key(settings, KEY_INTERFACE(card->eth) + IP_ADDR);
			goal->netmask = address_of_key(settings, KEY_INTERFACE(card->eth) + NETMASK);
		} else if (card->loopback) {
			goal->ip_addr = INADDR_LOOPBACK;
			goal->netmask = 0xff000000;
		} else {
			continue;
		}
		if (goal->ip_addr)
			goal->card = card;
	}
}

/* Returns the goal of a card, or NULL if it is not described */
static const struct goal *goal_of(const struct work *work, const struct card *card)
{
	return card && card->eth >= 0 && work->goal[card->eth].card == card ? &work->goal[card->eth] : NULL;
}

/* The route to the card's own subnet, which the kernel adds with the address */
static int is_to_subnet(const struct goal *goal, const struct route *route)
{
	return !route->gateway && route->netmask == goal->netmask
		&& route->destination == (goal->ip_addr & goal->netmask);
}

/* Each destination has one preferred route, whatever was set up before: the first in
 * the list of the lowest interface.  Others get a metric. */
static void add_way(struct work *work, const struct goal *goal, const struct route *route)
{
	unsigned *first = &work->first_way[bucket_of(route)];
	struct way *way;
	unsigned metric = 0, i;

	if (is_to_subnet(goal, route))
		return;
	for (i = *first; i; i = way->next) {
		way = &work->way[i - 1];
		if (!is_same_destination(&way->route, route))
			continue;
		if (way->goal == goal && way->route.gateway == route->gateway)
			return;
		metric = LATER_METRIC + goal->card->eth;
	}
	work->way = xrealloc_vector(work->way, 6, work->ways);
	way = &work->way[work->ways++];
	way->goal = goal;
	way->route = *route;
	way->metric = metric;
	way->next = *first;
	way->there = 0;
	*first = work->ways;
}

/* A gateway outside the card's subnet is reached through a host route */
static void add_way_via(struct work *work, const struct goal *goal, const struct route *route)
{
	if (route->gateway && ((route->gateway ^ goal->ip_addr) & goal->netmask)) {
		struct route host = { route->gateway, 0xffffffff, 0 };
		add_way(work, goal, &host);
	}
	add_way(work, goal, route);
}

/* Returns true if the list has a default route */
static int add_ways(struct work *work, const struct goal *goal, const char *list)
{
	const char *item;
	struct route route;
	int has_default = 0;

	while (next_route(&list, &item, &route) > 0) {
		add_way_via(work, goal, &route);
		has_default |= !route.netmask;
	}
	return has_default;
}

/* If no list has a default route, uses the gateway of eth1 (classic network), or of
 * eth0 if there is no eth1 (VPC).  Returns false if there is none. */
static int add_default_way(struct work *work, const struct settings *settings)
{
	int n = (interfaces_named(settings) >> 1) & 1;
	const struct goal *goal = &work->goal[n];
	struct route route = { 0, 0, address_of_key(settings, KEY_INTERFACE(n) + GATEWAY) };

	if (goal->card && route.gateway)
		add_way_via(work, goal, &route);
	return route.gateway != 0;
}

static void add_all_ways(struct work *work, const struct settings *settings)
{
	uint32_t missing = interfaces_with(settings, IP_ADDR);
	int n, described = missing != 0, has_default = 0;

	for (n = 0; n < INTERFACES_MAX; n++) {
		const struct goal *goal = &work->goal[n];
		const char *list = settings->value[KEY_INTERFACE(n) + ROUTE];

		if (goal->card)
			missing &= ~(1U << n);
		if (goal->card && list)
			has_default |= add_ways(work, goal, list);
	}
	if (!has_default)
		has_default = add_default_way(work, settings);
	work->plan->no_default = described && !missing && !has_default;
}

/*** What is there ***/

/* Others leave their routes to the kernel in front of ours.  Those of described cards are
 * wanted or removed, but for a subnet that two of them are in: the lowest comes first. */
static int is_in_front(const struct work *work, const struct kernel_route *r, const struct goal *goal)
{
	const struct goal *other = goal_of(work, r->card);

	return !other || (r->of_subnet && other > goal);
}

/* Finds a card's route.  *in_front: whether somebody else's, to the same destination and
 * with the same metric, is used before it.  Returns NULL if it is not there. */
static const struct kernel_route *find_route(struct work *work, const struct goal *goal,
		const struct route *route, unsigned metric, int *in_front)
{
	unsigned i;

	*in_front = 0;
	for (i = work->first_route[bucket_of(route)]; i; i = work->note[i - 1].next) {
		const struct kernel_route *r = &work->kernel->route[i - 1];

		if (!is_same_destination(&r->route, route) || r->metric != metric)
			continue;
		if (r->plain && r->card == goal->card && r->route.gateway == route->gateway
		 && (!r->source || r->source == goal->ip_addr)
		) {
			return r;
		}
		*in_front |= is_in_front(work, r, goal);
	}
	return NULL;
}

/* The kernel adds none for a host and for 0.0.0.0/8 */
static int has_subnet(const struct goal *goal)
{
	return ~goal->netmask && ((goal->ip_addr & goal->netmask) >> 24);
}

/* Without its subnet's route, an address does not count as there */
static void find_subnet(struct work *work, struct goal *goal)
{
	struct route route = { goal->ip_addr & goal->netmask, goal->netmask, 0 };
	const struct kernel_route *r = find_route(work, goal, &route, 0, &goal->in_front);

	if (r && r->of_subnet && r->source)
		goal->subnet = r;
	else
		goal->there = NULL;
}

static void find_address(struct work *work, struct goal *goal)
{
	const struct kernel *kernel = work->kernel;
	const struct card *card = goal->card;
	uint32_t broadcast = broadcast_of(goal->ip_addr, goal->netmask);
	unsigned i, addresses = 0;

	for (i = 0; i < kernel->addresses; i++) {
		const struct address *address = &kernel->address[i];

		if (address->card != card)
			continue;
		addresses++;
		if (address->plain && address->ip_addr == goal->ip_addr && address->netmask == goal->netmask
		 && (card->loopback || address->broadcast == broadcast)
		) {
			goal->there = address;
		}
	}
	if (goal->there && (card->flags & IFF_UP) && !card->loopback && has_subnet(goal))
		find_subnet(work, goal);
	goal->keeps_routes = goal->there || !addresses;
}

/* One that has another's in front is removed, and set before that */
static void find_ways(struct work *work)
{
	unsigned i;

	for (i = 0; i < work->ways; i++) {
		struct way *way = &work->way[i];
		const struct kernel_route *r;
		int in_front;

		if (!way->goal->keeps_routes)
			continue;
		r = find_route(work, way->goal, &way->route, way->metric, &in_front);
		if (r && !in_front) {
			way->there = 1;
			work->note[r - work->kernel->route].wanted = 1;
		}
	}
}

/* The kernel adds a subnet's route behind others */
static void plan_subnet(struct work *work, const struct goal *goal)
{
	if (goal->subnet && goal->in_front) {
		add_route_step(work, STEP_NO_ROUTE, goal->subnet);
		add_route_step(work, STEP_ROUTE_AGAIN, goal->subnet);
	}
}

/* What goes with a card's last address needs no step */
static void plan_stale_routes(struct work *work)
{
	unsigned i;

	for (i = 0; i < work->kernel->routes; i++) {
		const struct kernel_route *r = &work->kernel->route[i];
		const struct goal *goal = goal_of(work, r->card);

		if (!goal || work->note[i].wanted || (r->one_hop && !goal->keeps_routes)
		 || (goal->there && r->of_subnet && !r->metric && r->source == goal->ip_addr && is_to_subnet(goal, &r->route))
		) {
			continue;
		}
		add_route_step(work, STEP_NO_ROUTE, r);
	}
}

/* In reverse: when a subnet's first address is removed, the kernel removes the others
 * of that subnet.  lo keeps what is not ours. */
static void plan_no_addresses(struct work *work, const struct goal *goal)
{
	unsigned i;

	for (i = work->kernel->addresses; i-- > 0;) {
		const struct address *address = &work->kernel->address[i];
		struct step *step;

		if (address->card != goal->card || address == goal->there
		 || (goal->card->loopback && address->ip_addr != goal->ip_addr)
		) {
			continue;
		}
		step = add_step(work, STEP_NO_ADDRESS, goal->card->name);
		step->route.destination = address->ip_addr;
		step->route.netmask = address->netmask;
		step->route.gateway = address->peer;
		step->message = address->message;
	}
}

static void plan_address(struct work *work, const struct goal *goal)
{
	const struct card *card = goal->card;
	struct step *step;

	if (goal->there && (card->flags & (IFF_UP | IFF_NOARP)) == IFF_UP)
		return;
	step = add_step(work, STEP_ADDRESS, card->name);
	step->route.destination = goal->ip_addr;
	step->route.netmask = goal->netmask;
	step->eth = goal->eth;
	step->set_broadcast = !broadcast_of(goal->ip_addr, goal->netmask);
	step->set_arp = (card->flags & IFF_NOARP) != 0;
	step->flags = (card->flags | IFF_UP) & ~IFF_NOARP;
}

static void plan_ways(struct work *work)
{
	unsigned i;

	for (i = 0; i < work->ways; i++) {
		const struct way *way = &work->way[i];
		struct step *step;

		if (way->there)
			continue;
		step = add_step(work, STEP_ROUTE, way->goal->card->name);
		step->route = way->route;
		step->metric = way->metric;
	}
}

static void for_each_goal(struct work *work, void (*plan)(struct work *work, const struct goal *goal))
{
	const struct goal *goal;

	if (work->goal[LO].card)
		plan(work, &work->goal[LO]);
	for (goal = work->goal; goal < work->goal + LO; goal++)
		if (goal->card)
			plan(work, goal);
}

void FAST_FUNC make_plan(struct plan *plan, const struct settings *settings,
		const struct kernel *kernel)
{
	const char *hostname = settings->value[KEY_HOSTNAME];
	struct work *work = xzalloc(sizeof(*work));
	unsigned i;

	work->plan = plan;
	work->kernel = kernel;
	if (hostname && strcmp(hostname, kernel->hostname) != 0)
		add_step(work, STEP_HOSTNAME, hostname);
	note_routes(work);
	set_goals(work, settings);
	add_all_ways(work, settings);
	for (i = 0; i < GOALS; i++)
		if (work->goal[i].card)
			find_address(work, &work->goal[i]);
	find_ways(work);
	plan_stale_routes(work);
	for_each_goal(work, plan_no_addresses);
	for_each_goal(work, plan_address);
	for_each_goal(work, plan_subnet);
	plan_ways(work);
	free(work->way);
	free(work->note);
	free(work);
}
