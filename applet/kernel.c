/* vi: set sw=4 ts=4: */
/*
 * osconf: rtnetlink(7) <-> what the kernel has now.
 * libiproute is not used: it hangs or dies if a reply can't be read.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += kernel.o
#include <net/if_arp.h>
#include <linux/rtnetlink.h>
#include "kernel.h"
#include "message.h"

enum {
	ANSWER_SIZE = 16 * 1024, /* netlink(7): 8 KiB and more for dumps */
	DUMPS_MAX   = 10,        /* of something that changes meanwhile */
	CHANGED     = 1,
};

/*** Messages ***/

/* The attributes of a message.  A type that is not used here counts as 0. */
enum { TYPES = 32 };
struct attributes {
	struct rtattr *of_type[TYPES];
	uint32_t types; /* bit N: type N is there */
};
#define TYPE(type) (1U << (type))

static void sort_attributes(struct attributes *attributes, void *first, int len)
{
	struct rtattr *attribute = first;

	memset(attributes, 0, sizeof(*attributes));
	for (; RTA_OK(attribute, len); attribute = RTA_NEXT(attribute, len)) {
		unsigned type = attribute->rta_type & NLA_TYPE_MASK;

		if (type >= TYPES)
			type = 0;
		attributes->of_type[type] = attribute;
		attributes->types |= TYPE(type);
	}
}

/* Returns the value of an attribute, or NULL if it has not at least len bytes */
static void *value_of(const struct attributes *attributes, int type, unsigned len)
{
	struct rtattr *attribute = attributes->of_type[type];

	return attribute && RTA_PAYLOAD(attribute) >= len ? RTA_DATA(attribute) : NULL;
}

static uint32_t number_of(const struct attributes *attributes, int type)
{
	const uint32_t *value = value_of(attributes, type, sizeof(*value));

	return value ? *value : 0;
}

/* Takes an object of a dump.  fixed: the part of the message before its attributes */
typedef void (*taker_func)(struct kernel *kernel, void *fixed, const struct attributes *attributes,
		struct nlmsghdr *message);

static void take(struct kernel *kernel, struct nlmsghdr *message, unsigned fixed_size, taker_func taker)
{
	struct attributes attributes;
	char *fixed = NLMSG_DATA(message);

	if (message->nlmsg_len < NLMSG_LENGTH(fixed_size))
		return;
	sort_attributes(&attributes, fixed + NLMSG_ALIGN(fixed_size), NLMSG_PAYLOAD(message, fixed_size));
	taker(kernel, fixed, &attributes, message);
}

/* Returns the length of an answer of the kernel's, or -1 with errno set */
static int receive(struct kernel *kernel, char answer[ANSWER_SIZE])
{
	struct sockaddr_nl sender;
	socklen_t sender_len;
	int len;

	memset(&sender, 0, sizeof(sender));
	do {
		sender_len = sizeof(sender);
		len = recvfrom(kernel->fd, answer, ANSWER_SIZE, MSG_TRUNC, (void*)&sender, &sender_len);
	} while (len >= 0 && sender.nl_pid != 0); /* another process */
	if (len > ANSWER_SIZE) {
		errno = EMSGSIZE;
		return -1;
	}
	return len;
}

static int close_socket(struct kernel *kernel)
{
	int saved_errno = errno;

	/* the next request must not read the rest of this reply */
	close(kernel->fd);
	kernel->fd = 0;
	errno = saved_errno;
	return -1;
}

/* Sends a request, and gives the objects in the answer to taker.  They stay in memory, but for
 * cards, which are read again and again while one is missing.
 * Returns 0, CHANGED if the kernel says that they have changed meanwhile, or -1 with
 * errno set. */
static int ask(struct kernel *kernel, struct nlmsghdr *request, unsigned fixed_size, taker_func taker)
{
	char buffer[ANSWER_SIZE] ALIGN4;
	int len, flags = 0;
	int keep = taker && request->nlmsg_type != RTM_GETLINK;

	if (!kernel->fd) {
		int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
		if (fd < 0)
			return -1;
		kernel->fd = fd;
		if (kernel->inet_fd <= 0) /* before files use descriptors up */
			kernel->inet_fd = socket(AF_INET, SOCK_DGRAM, 0);
	}
	request->nlmsg_seq = ++kernel->sequence;
	request->nlmsg_pid = 0;
	if (send(kernel->fd, request, request->nlmsg_len, 0) < 0)
		return close_socket(kernel);
	while ((len = receive(kernel, buffer)) > 0) {
		struct nlmsghdr *message = keep ? xmemdup(buffer, len) : (void*)buffer;

		for (; len > 0 && NLMSG_OK(message, (unsigned)len); message = NLMSG_NEXT(message, len)) {
			if (message->nlmsg_seq != request->nlmsg_seq)
				continue;
			flags |= message->nlmsg_flags;
			/* both have an error number first, 0 if there is none */
			if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) {
				errno = message->nlmsg_len >= NLMSG_LENGTH(sizeof(int)) ? -*(int*)NLMSG_DATA(message) : 0;
				if (errno)
					return close_socket(kernel);
				return flags & NLM_F_DUMP_INTR ? CHANGED : 0;
			}
			if (taker)
				take(kernel, message, fixed_size, taker);
		}
	}
	return close_socket(kernel);
}

/* Dumps all objects of a type.  *objects: those that taker counts.  Returns 0, or -1 with errno set */
static int dump(struct kernel *kernel, int type, int family, unsigned fixed_size, taker_func taker, unsigned *objects)
{
	struct {
		struct nlmsghdr header;
		struct rtgenmsg message;
	} dump;
	int result, tries = DUMPS_MAX;

	memset(&dump, 0, sizeof(dump));
	dump.header.nlmsg_len = sizeof(dump);
	dump.header.nlmsg_type = type;
	dump.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	dump.message.rtgen_family = family;
	do {
		*objects = 0;
		result = ask(kernel, &dump.header, fixed_size, taker);
	} while (result == CHANGED && --tries);
	if (result == CHANGED) {
		errno = EAGAIN;
		result = -1;
	}
	return result;
}

int FAST_FUNC send_back(struct kernel *kernel, struct nlmsghdr *message, int type)
{
	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	if (type == RTM_NEWROUTE) {
		struct rtmsg *route = NLMSG_DATA(message);

		message->nlmsg_flags |= NLM_F_CREATE;
		route->rtm_flags &= ~(RTNH_F_DEAD | RTNH_F_LINKDOWN); /* a cable's state, told but not set */
	}
	return ask(kernel, message, 0, NULL);
}

/*** Cards ***/

struct card* FAST_FUNC add_card(struct kernel *kernel, const char *name)
{
	struct card *card;
	unsigned number;

	kernel->card = xrealloc_vector(kernel->card, 3, kernel->cards);
	card = &kernel->card[kernel->cards++];
	memset(card, 0, sizeof(*card));
	safe_strncpy(card->name, name, IFNAMSIZ);
	name = is_prefixed_with(card->name, "eth");
	if (name)
		name = take_number(name, INTERFACES_MAX - 1, &number);
	card->number = name && !*name ? (int)number : -1;
	card->eth = -1;
	return card;
}

/* Virtual cards have a kind: bridge, bond, vlan */
static int has_kind(struct rtattr *info)
{
	struct attributes attributes;

	if (!info)
		return 0;
	sort_attributes(&attributes, RTA_DATA(info), RTA_PAYLOAD(info));
	return attributes.of_type[IFLA_INFO_KIND] != NULL;
}

static void take_card(struct kernel *kernel, void *fixed, const struct attributes *attributes,
		struct nlmsghdr *message UNUSED_PARAM)
{
	const struct ifinfomsg *link = fixed;
	const struct rtattr *name = attributes->of_type[IFLA_IFNAME];
	const uint8_t *mac = value_of(attributes, IFLA_ADDRESS, 6);
	struct card *card;

	if (!name || !mac || (link->ifi_type != ARPHRD_ETHER && link->ifi_type != ARPHRD_LOOPBACK))
		return;
	card = add_card(kernel, RTA_DATA(name)); /* the kernel ends it with a NUL byte */
	card->index = link->ifi_index;
	card->loopback = (link->ifi_type == ARPHRD_LOOPBACK);
	card->flags = link->ifi_flags;
	card->enslaved = attributes->of_type[IFLA_MASTER] != NULL;
	card->physical = !has_kind(attributes->of_type[IFLA_LINKINFO]);
	sprintf(card->mac_addr, "%02x:%02x:%02x:%02x:%02x:%02x",
		mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

int FAST_FUNC read_cards(struct kernel *kernel)
{
	int result;

	kernel->card = NULL;
	result = dump(kernel, RTM_GETLINK, AF_UNSPEC, sizeof(struct ifinfomsg), take_card, &kernel->cards);
	kernel->known = (result == 0);
	return result;
}

/*** Addresses and routes ***/

static const struct card *card_of_index(const struct kernel *kernel, int index)
{
	unsigned i;

	for (i = 0; i < kernel->cards; i++)
		if (kernel->card[i].index == index)
			return &kernel->card[i];
	return NULL;
}

/* Whatever else an address has, it was not given by SIOCSIFADDR: a lifetime takes
 * IFA_F_PERMANENT away.  linux/if_addr.h */
static int is_plain_address(const struct ifaddrmsg *ifa, const struct card *card,
		const struct attributes *attributes)
{
	const struct rtattr *label = attributes->of_type[IFA_LABEL];
	unsigned flags = attributes->types & TYPE(IFA_FLAGS) ? number_of(attributes, IFA_FLAGS) : ifa->ifa_flags;

	return flags == IFA_F_PERMANENT
		&& ifa->ifa_scope == (card->loopback ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE)
		&& !(attributes->types & TYPE(IFA_RT_PRIORITY))
		&& label && strcmp(RTA_DATA(label), card->name) == 0;
}

static void take_interface_address(struct kernel *kernel, void *fixed, const struct attributes *attributes,
		struct nlmsghdr *message)
{
	const struct ifaddrmsg *ifa = fixed;
	const struct card *card = card_of_index(kernel, ifa->ifa_index);
	struct address *address;

	if (!card)
		return;
	kernel->address = xrealloc_vector(kernel->address, 4, kernel->addresses);
	address = &kernel->address[kernel->addresses++];
	address->card = card;
	address->ip_addr = ntohl(number_of(attributes, IFA_LOCAL));
	address->peer = ntohl(number_of(attributes, IFA_ADDRESS));
	address->netmask = netmask_of(ifa->ifa_prefixlen);
	address->broadcast = ntohl(number_of(attributes, IFA_BROADCAST));
	address->plain = address->peer == address->ip_addr && is_plain_address(ifa, card, attributes);
	address->message = message;
}

/* The scope that the kernel gives a route by a gateway, or by none: rtentry_to_fib_config() in
 * net/ipv4/fib_frontend.c */
static int scope_by_gateway(const struct kernel *kernel, uint32_t gateway)
{
	unsigned i;

	for (i = 0; i < kernel->addresses; i++)
		if (kernel->address[i].ip_addr == gateway)
			return RT_SCOPE_LINK;
	return gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
}

/* Returns a described card that a multipath route uses, or NULL */
static const struct card *card_of_hops(const struct kernel *kernel, struct rtattr *hops)
{
	const struct card *card = NULL;
	struct rtnexthop *hop = RTA_DATA(hops);
	int len = RTA_PAYLOAD(hops);

	while ((!card || card->eth < 0) && len >= (int)sizeof(*hop) && RTNH_OK(hop, len)) {
		card = card_of_index(kernel, hop->rtnh_ifindex);
		len -= RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
	return card;
}

/* A message with a next hop object must not tell its hop, too */
static void drop_hop(const struct attributes *attributes)
{
	static const uint8_t hop[] ALIGN1 = { RTA_OIF, RTA_GATEWAY, RTA_MULTIPATH };
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(hop); i++)
		if (attributes->of_type[hop[i]])
			attributes->of_type[hop[i]]->rta_type = RTA_UNSPEC;
}

/* Skips routes for a class of traffic: somebody's own, and beside the others; and what
 * the kernel has learned of single destinations */
static void take_kernel_route(struct kernel *kernel, void *fixed, const struct attributes *attributes,
		struct nlmsghdr *message)
{
	enum {
		/* what a route set by SIOCADDRT can have */
		PLAIN = TYPE(RTA_TABLE) | TYPE(RTA_DST) | TYPE(RTA_OIF) | TYPE(RTA_GATEWAY)
			| TYPE(RTA_PRIORITY) | TYPE(RTA_PREFSRC),
		HOPS = TYPE(RTA_MULTIPATH) | TYPE(RTA_NH_ID),
	};
	const struct rtmsg *rtm = fixed;
	struct kernel_route *r;

	if (rtm->rtm_table != RT_TABLE_MAIN || rtm->rtm_tos || (rtm->rtm_flags & RTM_F_CLONED))
		return;
	kernel->route = xrealloc_vector(kernel->route, 6, kernel->routes);
	r = &kernel->route[kernel->routes++];
	r->card = attributes->types & TYPE(RTA_MULTIPATH)
		? card_of_hops(kernel, attributes->of_type[RTA_MULTIPATH])
		: card_of_index(kernel, number_of(attributes, RTA_OIF));
	r->metric = number_of(attributes, RTA_PRIORITY);
	r->source = ntohl(number_of(attributes, RTA_PREFSRC));
	r->route.destination = ntohl(number_of(attributes, RTA_DST));
	r->route.netmask = netmask_of(rtm->rtm_dst_len);
	r->route.gateway = ntohl(number_of(attributes, RTA_GATEWAY));
	r->one_hop = !(attributes->types & HOPS);
	r->plain = rtm->rtm_type == RTN_UNICAST && !(attributes->types & ~PLAIN)
		&& !(rtm->rtm_flags & RTNH_F_ONLINK)
		&& rtm->rtm_scope == scope_by_gateway(kernel, r->route.gateway);
	r->of_subnet = r->plain && rtm->rtm_protocol == RTPROT_KERNEL;
	r->message = message;
	if (attributes->types & TYPE(RTA_NH_ID))
		drop_hop(attributes);
}

void FAST_FUNC read_hostname(struct kernel *kernel)
{
	struct utsname uts;

	if (uname(&uts) == 0)
		strcpy(kernel->hostname, uts.nodename);
}

int FAST_FUNC read_addresses_and_routes(struct kernel *kernel)
{
	int result = 0;

	if (dump(kernel, RTM_GETADDR, AF_INET, sizeof(struct ifaddrmsg), take_interface_address, &kernel->addresses) != 0)
		result = perror_msg("can't read addresses");
	if (dump(kernel, RTM_GETROUTE, AF_INET, sizeof(struct rtmsg), take_kernel_route, &kernel->routes) != 0)
		result = perror_msg("can't read routes");
	return result;
}
