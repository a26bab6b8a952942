/* vi: set sw=4 ts=4: */
/*
 * osconf: the kernel's current cards, addresses, routes and host name.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_KERNEL_H
#define OSCONF_KERNEL_H 1

#include <net/if.h>
#include <sys/utsname.h>
#include "settings.h"
#include "value.h"

struct card {
	char name[IFNAMSIZ];
	char mac_addr[MAC_SIZE]; /* lower case, with colons */
	int index;               /* the kernel's number for it */
	smallint loopback;
	smallint physical;       /* not a bridge, bond, VLAN, ... */
	smallint enslaved;       /* in a bridge or bond, which has the address */
	smallint up;
	smallint number;         /* N if its name is ethN, else -1 */
	smallint eth;            /* N if it is ethN of the settings, else -1 */
	smallint keeps_routes;   /* for make_plan() only */
	uint32_t new_ip_addr, new_netmask; /* for make_plan() only: from the settings */
	char *const *values;     /* the same: all of its interface */
};
struct address {
	char label[IFNAMSIZ];    /* the card's name, or an alias like eth0:1 */
	const struct card *card;
	uint32_t ip_addr, netmask, broadcast;
};
struct kernel_route {
	struct route route;
	unsigned metric;
	const struct card *card;
	smallint wanted;         /* for make_plan() only */
};
struct kernel {
	unsigned cards, addresses, routes;
	smallint known;              /* the cards have been read */
	int fd;                      /* rtnetlink socket, 0 if not open */
	struct card *card;           /* in the order of index */
	struct address *address;     /* of all cards */
	struct kernel_route *route;  /* of described cards only */
	char hostname[sizeof(((struct utsname*)NULL)->nodename)];
};

/* Reads the current cards, replacing those read before.  Returns 0, or -1 with errno set */
int read_cards(struct kernel *kernel) FAST_FUNC;

/* Reads host name, addresses, and the routes of described cards.
 * Returns 0, or -1 after printing a message. */
int read_kernel(struct kernel *kernel) FAST_FUNC;

/* Fills in the cards of a machine that has lo and all described cards */
void assume_cards(struct kernel *kernel, const struct settings *settings) FAST_FUNC;

#endif
