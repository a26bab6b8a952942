/* vi: set sw=4 ts=4: */
/*
 * osconf: the kernel's current cards, addresses, routes and host name.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_KERNEL_H
#define OSCONF_KERNEL_H 1

#include <net/if.h>
#include <sys/utsname.h>
#include "settings.h"
#include "value.h"

struct nlmsghdr;

struct card {
	char name[IFNAMSIZ];
	char mac_addr[MAC_SIZE]; /* lower case, with colons */
	int index;               /* the kernel's number for it */
	smallint loopback;
	smallint physical;       /* not a bridge, bond, VLAN, ... */
	smallint enslaved;       /* in a bridge or bond, which has the address */
	unsigned flags;          /* IFF_UP, ...: netdevice(7) */
	smallint number;         /* N if its name is ethN, else -1 */
	smallint eth;            /* N if it is ethN of the settings, else -1 */
};
struct address {
	const struct card *card;
	uint32_t ip_addr, netmask, broadcast;
	uint32_t peer;           /* ip_addr if there is none */
	smallint plain;          /* has no property that SIOCSIFADDR does not give it */
	struct nlmsghdr *message; /* as the kernel named it */
};
struct kernel_route {
	struct route route;
	unsigned metric;
	uint32_t source;         /* 0: the card's address */
	const struct card *card; /* one of its cards, preferably a described one; NULL: none */
	smallint one_hop;        /* through card and gateway alone */
	smallint plain;          /* has no property that SIOCADDRT does not give it */
	smallint of_subnet;      /* plain, and the kernel set it for an address */
	struct nlmsghdr *message; /* as the kernel named it */
};
struct kernel {
	unsigned cards, addresses, routes;
	smallint known;              /* the cards have been read */
	int fd;                      /* rtnetlink socket, 0 if not open */
	int inet_fd;                 /* socket for ioctl(), 0 or -1 if not open */
	uint32_t sequence;           /* number of the last request */
	struct card *card;           /* in the order of index */
	struct address *address;     /* of all cards */
	struct kernel_route *route;  /* table main, without those for a TOS; of one
	                              * destination in the order in which they are used */
	char hostname[sizeof(((struct utsname*)NULL)->nodename)];
};

/* Reads the current cards into a new array.  Returns 0, or -1 with errno set */
int read_cards(struct kernel *kernel) FAST_FUNC;

/* Reads the host name.  Can't fail */
void read_hostname(struct kernel *kernel) FAST_FUNC;

/* Reads the addresses and routes of the cards that were read.
 * Returns 0, or -1 after printing a message. */
int read_addresses_and_routes(struct kernel *kernel) FAST_FUNC;

/* Sends the kernel a message in which it named an address or route, as another type:
 * RTM_DELADDR or RTM_DELROUTE removes it, RTM_NEWROUTE puts it before other routes to the
 * same destination.  Returns 0, or -1 with errno set. */
int send_back(struct kernel *kernel, struct nlmsghdr *message, int type) FAST_FUNC;

/* Adds a card that has nothing but a name */
struct card *add_card(struct kernel *kernel, const char *name) FAST_FUNC;

#endif
