/* vi: set sw=4 ts=4: */
/*
 * osconf: rtnetlink(7) -> what the kernel has now.
 * libiproute is not used: it hangs or dies if a reply can't be read.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += kernel.o
#include <net/if_arp.h>
#include <linux/rtnetlink.h>
#include "kernel.h"
#include "message.h"

enum { ANSWER_SIZE = 16 * 1024 }; /* netlink(7): 8 KiB and more for dumps */

/* Returns the attribute of that type, or NULL if not found */
static struct rtattr *find_attribute(struct rtattr *attribute, int len, int type)
{
	for (; RTA_OK(attribute, len); attribute = RTA_NEXT(attribute, len))
		if ((attribute->rta_type & ~NLA_F_NESTED) == type)
			return attribute;
	return NULL;
}

/* The same for a message whose fixed part is size bytes long */
static struct rtattr *attribute_of(struct nlmsghdr *message, int size, int type)
{
	char *first = (char*)NLMSG_DATA(message) + NLMSG_ALIGN(size);

	return find_attribute((void*)first, NLMSG_PAYLOAD(message, size), type);
}

static void *value_of(struct nlmsghdr *message, int size, int type)
{
	struct rtattr *attribute = attribute_of(message, size, type);

	return attribute ? RTA_DATA(attribute) : NULL;
}

static uint32_t number_of(struct nlmsghdr *message, int size, int type)
{
	uint32_t *value = value_of(message, size, type);

	return value ? *value : 0;
}

/* Dumps all objects of a type into take().  Returns 0, or -1 with errno set */
static int dump(struct kernel *kernel, int type, int family,
		void (*take)(struct kernel *kernel, struct nlmsghdr *message))
{
	struct {
		struct nlmsghdr header;
		struct rtgenmsg message;
	} request;
	char answer[ANSWER_SIZE] ALIGN4;
	struct nlmsghdr *message;
	int len;

	if (!kernel->fd) {
		int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
		if (fd < 0)
			return -1;
		kernel->fd = fd;
	}
	memset(&request, 0, sizeof(request));
	request.header.nlmsg_len = sizeof(request);
	request.header.nlmsg_type = type;
	request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request.message.rtgen_family = family;
	if (send(kernel->fd, &request, sizeof(request), 0) < 0)
		goto error;
	while ((len = recv(kernel->fd, answer, sizeof(answer), 0)) > 0) {
		for (message = (void*)answer; NLMSG_OK(message, (unsigned)len); message = NLMSG_NEXT(message, len)) {
			if (message->nlmsg_type == NLMSG_DONE)
				return 0;
			if (message->nlmsg_type == NLMSG_ERROR) {
				errno = -((struct nlmsgerr*)NLMSG_DATA(message))->error;
				goto error;
			}
			take(kernel, message);
		}
	}
 error:
	/* the next dump must not read the rest of this reply */
	close(kernel->fd);
	kernel->fd = 0;
	return -1;
}

/*** Cards ***/

static struct card *add_card(struct kernel *kernel, const char *name)
{
	struct card *card;
	unsigned number;

	kernel->card = xrealloc_vector(kernel->card, 3, kernel->cards);
	card = &kernel->card[kernel->cards++];
	memset(card, 0, sizeof(*card));
	safe_strncpy(card->name, name, IFNAMSIZ);
	name = is_prefixed_with(name, "eth");
	if (name)
		name = take_number(name, INTERFACES_MAX - 1, &number);
	card->number = name && !*name ? (int)number : -1;
	card->eth = -1;
	return card;
}

void FAST_FUNC assume_cards(struct kernel *kernel, const struct settings *settings)
{
	uint32_t named = interfaces_named(settings);
	char name[IFNAMSIZ];
	int n;

	kernel->known = 1;
	add_card(kernel, "lo")->loopback = 1;
	for (n = 0; n < INTERFACES_MAX; n++) {
		if (named & (1U << n)) {
			sprintf(name, "eth%d", n);
			add_card(kernel, name)->eth = n;
		}
	}
}

/* Virtual cards have a kind: bridge, bond, vlan */
static int has_kind(struct nlmsghdr *message)
{
	struct rtattr *info = attribute_of(message, sizeof(struct ifinfomsg), IFLA_LINKINFO);

	return info && find_attribute(RTA_DATA(info), RTA_PAYLOAD(info), IFLA_INFO_KIND);
}

static void take_card(struct kernel *kernel, struct nlmsghdr *message)
{
	enum { SIZE = sizeof(struct ifinfomsg) };
	const struct ifinfomsg *link = NLMSG_DATA(message);
	const char *name = value_of(message, SIZE, IFLA_IFNAME);
	const uint8_t *mac = value_of(message, SIZE, IFLA_ADDRESS);
	struct card *card;

	if (!name || !mac || (link->ifi_type != ARPHRD_ETHER && link->ifi_type != ARPHRD_LOOPBACK))
		return;
	card = add_card(kernel, name);
	card->index = link->ifi_index;
	card->loopback = (link->ifi_type == ARPHRD_LOOPBACK);
	card->up = (link->ifi_flags & IFF_UP) != 0;
	card->enslaved = value_of(message, SIZE, IFLA_MASTER) != NULL;
	card->physical = !has_kind(message);
	sprintf(card->mac_addr, "%02x:%02x:%02x:%02x:%02x:%02x",
		mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

int FAST_FUNC read_cards(struct kernel *kernel)
{
	int result;

	kernel->cards = 0;
	result = dump(kernel, RTM_GETLINK, AF_UNSPEC, take_card);
	kernel->known = (result == 0);
	return result;
}

/*** Addresses and routes ***/

static struct card *card_of_index(const struct kernel *kernel, int index)
{
	unsigned i;

	for (i = 0; i < kernel->cards; i++)
		if (kernel->card[i].index == index)
			return &kernel->card[i];
	return NULL;
}

static uint32_t netmask_of(unsigned prefix)
{
	return prefix ? 0xffffffff << (32 - prefix) : 0;
}

static void take_interface_address(struct kernel *kernel, struct nlmsghdr *message)
{
	enum { SIZE = sizeof(struct ifaddrmsg) };
	const struct ifaddrmsg *ifa = NLMSG_DATA(message);
	const struct card *card = card_of_index(kernel, ifa->ifa_index);
	const char *label = value_of(message, SIZE, IFA_LABEL);
	struct address *address;

	if (!card)
		return;
	kernel->address = xrealloc_vector(kernel->address, 4, kernel->addresses);
	address = &kernel->address[kernel->addresses++];
	safe_strncpy(address->label, label ? label : card->name, IFNAMSIZ);
	address->card = card;
	address->ip_addr = ntohl(number_of(message, SIZE, IFA_LOCAL));
	address->netmask = netmask_of(ifa->ifa_prefixlen);
	address->broadcast = ntohl(number_of(message, SIZE, IFA_BROADCAST));
}

/* Skips routes with a TOS: not osconf's, and route(8) can't name them either */
static void take_kernel_route(struct kernel *kernel, struct nlmsghdr *message)
{
	enum { SIZE = sizeof(struct rtmsg) };
	const struct rtmsg *rtm = NLMSG_DATA(message);
	const struct card *card = card_of_index(kernel, number_of(message, SIZE, RTA_OIF));
	struct kernel_route *r;

	if (!card || card->eth < 0 || rtm->rtm_tos
	 || rtm->rtm_table != RT_TABLE_MAIN || rtm->rtm_type != RTN_UNICAST
	) {
		return;
	}
	kernel->route = xrealloc_vector(kernel->route, 6, kernel->routes);
	r = &kernel->route[kernel->routes++];
	r->card = card;
	r->metric = number_of(message, SIZE, RTA_PRIORITY);
	r->route.destination = ntohl(number_of(message, SIZE, RTA_DST));
	r->route.netmask = netmask_of(rtm->rtm_dst_len);
	r->route.gateway = ntohl(number_of(message, SIZE, RTA_GATEWAY));
	r->wanted = 0;
}

int FAST_FUNC read_kernel(struct kernel *kernel)
{
	struct utsname uts;
	int result = 0;

	kernel->addresses = kernel->routes = 0;
	if (uname(&uts) == 0)
		strcpy(kernel->hostname, uts.nodename);
	if (dump(kernel, RTM_GETADDR, AF_INET, take_interface_address) != 0)
		result = perror_msg("can't read addresses");
	if (dump(kernel, RTM_GETROUTE, AF_INET, take_kernel_route) != 0)
		result = perror_msg("can't read routes");
	return result;
}
