/* vi: set sw=4 ts=4: */
/*
 * osconf: what the kernel has now: host name, cards, addresses, routes.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += kernel.o
#include <net/if_arp.h>
#include <net/route.h>
#include "osconf.h"

enum { ADDRESSES_MAX = 1024 }; /* of all cards; more are not looked at */

static struct card *add_card(struct kernel *kernel, const char *name)
{
	struct card *card;
	unsigned number;

	kernel->card = xrealloc_vector(kernel->card, 3, kernel->cards);
	card = &kernel->card[kernel->cards++];
	memset(card, 0, sizeof(*card));
	strcpy(card->name, name);
	name = is_prefixed_with(name, "eth");
	if (name)
		name = take_number(name, INTERFACES_MAX - 1, &number);
	card->number = name && !*name ? (int)number : -1;
	card->eth = -1;
	return card;
}

void FAST_FUNC kernel_untouched(struct kernel *kernel, const struct settings *settings)
{
	uint32_t named = interfaces_named(settings);
	char name[IFNAMSIZ];
	int n;

	add_card(kernel, "lo")->loopback = 1;
	for (n = 0; n < INTERFACES_MAX; n++) {
		if (named & (1U << n)) {
			sprintf(name, "eth%d", n);
			add_card(kernel, name)->eth = n;
		}
	}
}

/* sysfs: Documentation/ABI/testing/sysfs-class-net */
int FAST_FUNC kernel_read_cards(struct kernel *kernel)
{
	int first_look = (kernel->fd < 0);
	DIR *dir;
	struct dirent *entry;
	int failed;

	if (first_look)
		kernel->fd = xsocket(AF_INET, SOCK_DGRAM, 0);
	dir = first_look ? warn_opendir("/sys/class/net") : opendir("/sys/class/net");
	failed = dir ? 0 : -1;
	kernel->cards = 0;
	while (dir && (entry = readdir(dir)) != NULL) {
		struct ifreq ifr;
		struct card *card;
		const uint8_t *mac;

		if (DOT_OR_DOTDOT(entry->d_name) || strlen(entry->d_name) >= IFNAMSIZ)
			continue;
		strcpy(ifr.ifr_name, entry->d_name);
		if (ioctl(kernel->fd, SIOCGIFHWADDR, &ifr) != 0) {
			if (errno == ENODEV) /* it has just gone */
				continue;
			if (first_look)
				bb_perror_msg("can't read card %s", entry->d_name);
			failed = -1;
			continue;
		}
		if (ifr.ifr_hwaddr.sa_family != ARPHRD_ETHER
		 && ifr.ifr_hwaddr.sa_family != ARPHRD_LOOPBACK
		) {
			continue;
		}
		card = add_card(kernel, ifr.ifr_name);
		card->loopback = (ifr.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK);
		mac = (const uint8_t *)ifr.ifr_hwaddr.sa_data;
		sprintf(card->mac_addr, "%02x:%02x:%02x:%02x:%02x:%02x",
			mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	}
	if (dir)
		closedir(dir);
	return failed;
}

int FAST_FUNC is_physical(const struct card *card)
{
	char device[sizeof("/sys/class/net//device") + IFNAMSIZ];

	sprintf(device, "/sys/class/net/%s/device", card->name);
	return access(device, F_OK) == 0;
}

static uint32_t address_of(const struct ifreq *ifr)
{
	return ntohl(((const struct sockaddr_in *)&ifr->ifr_addr)->sin_addr.s_addr);
}

static int find_card(const struct kernel *kernel, const char *name, size_t len)
{
	unsigned i;

	for (i = 0; i < kernel->cards; i++)
		if (strncmp(kernel->card[i].name, name, len) == 0 && !kernel->card[i].name[len])
			return i;
	return -1;
}

/* netdevice(7).  A card's first address is the one that has its name for label */
static void read_addresses(struct kernel *kernel)
{
	struct ifconf ifc;
	struct ifreq *ifr;

	ifc.ifc_len = ADDRESSES_MAX * sizeof(*ifr);
	ifc.ifc_req = ifr = xmalloc(ifc.ifc_len);
	if (ioctl(kernel->fd, SIOCGIFCONF, &ifc) != 0) {
		bb_simple_perror_msg("can't read addresses");
		ifc.ifc_len = 0;
	}
	kernel->address = xmalloc(ADDRESSES_MAX * sizeof(kernel->address[0]));
	kernel->addresses = 0;
	for (; (char *)ifr < ifc.ifc_buf + ifc.ifc_len; ifr++) {
		const char *label = ifr->ifr_name;
		int i = find_card(kernel, label, strchrnul(label, ':') - label);
		struct card *card;

		if (i < 0)
			continue;
		card = &kernel->card[i];
		strcpy(kernel->address[kernel->addresses].label, label);
		kernel->address[kernel->addresses++].card = card;
		if (card->ip_addr || strcmp(card->name, label) != 0)
			continue;
		card->ip_addr = address_of(ifr);
		if (ioctl(kernel->fd, SIOCGIFNETMASK, ifr) == 0)
			card->netmask = address_of(ifr);
		if (ioctl(kernel->fd, SIOCGIFFLAGS, ifr) == 0)
			card->up = (ifr->ifr_flags & IFF_UP) != 0;
	}
	free(ifc.ifc_req);
	close(kernel->fd);
}

/* /proc/net/route, as the kernel's net/ipv4/fib_trie.c writes it: Iface
 * Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT, the metric
 * in base 10, addresses and masks in base 16 */
static void read_routes(struct kernel *kernel)
{
	enum { F_DESTINATION, F_GATEWAY, F_FLAGS, F_REFCNT, F_USE, F_METRIC, F_MASK, FIELDS };
	char *text = xmalloc_open_read_close("/proc/net/route", NULL);
	char *line = text;

	if (!text) {
		bb_simple_perror_msg("can't read /proc/net/route");
		return;
	}
	while ((line = strchr(line, '\n')) != NULL) { /* the first one is a headline */
		char *name = ++line;
		uint32_t field[FIELDS];
		struct kernel_route *route;
		int card, i;

		line = skip_non_whitespace(line);
		card = find_card(kernel, name, line - name);
		if (card < 0 || kernel->card[card].eth < 0)
			continue;
		for (i = 0; i < FIELDS; i++)
			field[i] = strtoul(line, &line, i == F_METRIC ? 10 : 16);
		kernel->route = xrealloc_vector(kernel->route, 6, kernel->routes);
		route = &kernel->route[kernel->routes++];
		route->card = &kernel->card[card];
		route->metric = field[F_METRIC];
		route->route.destination = ntohl(field[F_DESTINATION]);
		route->route.gateway = ntohl(field[F_GATEWAY]);
		route->route.netmask = ntohl(field[F_MASK]);
	}
	free(text);
}

void FAST_FUNC kernel_read_state(struct kernel *kernel)
{
	uname(&kernel->uts);
	read_addresses(kernel);
	read_routes(kernel);
}
