/* vi: set sw=4 ts=4: */
/*
 * osconf: what the kernel has now: cards, addresses, routes, host name.
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
	smallint physical;       /* no bridge, bond, VLAN, ... */
	smallint enslaved;       /* a bridge's or a bond's: the address is theirs */
	smallint up;
	smallint number;         /* N: its name is ethN; -1: another */
	smallint eth;            /* N: this is the ethN of the settings; -1: none */
	smallint keeps_routes;   /* make_plan()'s own */
	uint32_t new_ip_addr, new_netmask; /* make_plan()'s own: what the settings say */
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
	smallint wanted;         /* make_plan()'s own */
};
struct kernel {
	unsigned cards, addresses, routes;
	smallint known;              /* the cards have been read */
	int fd;                      /* a socket of rtnetlink; 0: not open */
	struct card *card;           /* in the order of index */
	struct address *address;     /* of all cards */
	struct kernel_route *route;  /* of the cards that are described */
	char hostname[sizeof(((struct utsname*)NULL)->nodename)];
};

/* Reads which cards there are; again: as it is now.  Returns 0; -1, errno is set */
int read_cards(struct kernel *kernel) FAST_FUNC;

/* Reads host name, addresses, and the routes of cards that are described.
 * Returns 0; -1 after saying what can't be read. */
int read_kernel(struct kernel *kernel) FAST_FUNC;

/* The cards of a machine that has the described ones */
void assume_cards(struct kernel *kernel, const struct settings *settings) FAST_FUNC;

#endif
