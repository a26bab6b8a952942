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

static struct card *add_card(struct kernel *kernel, const char *name)
{
	struct card *card;

	kernel->card = xrealloc_vector(kernel->card, 3, kernel->cards);
	card = &kernel->card[kernel->cards++];
	memset(card, 0, sizeof(*card));
	strcpy(card->name, name);
	card->eth = -1;
	return card;
}

void FAST_FUNC kernel_untouched(struct kernel *kernel, const struct settings *settings)
{
	char name[IFNAMSIZ];
	int n;

	add_card(kernel, "lo")->loopback = 1;
	for (n = 0; n < INTERFACES_MAX; n++) {
		if (settings->named & (1U << n)) {
			sprintf(name, "eth%d", n);
			add_card(kernel, name)->eth = n;
		}
	}
}

/* sysfs: Documentation/ABI/testing/sysfs-class-net */
int FAST_FUNC kernel_read_cards(struct kernel *kernel)
{
	int fd = xsocket(AF_INET, SOCK_DGRAM, 0);
	DIR *dir = warn_opendir("/sys/class/net");
	struct dirent *entry;
	int failed = dir ? 0 : -1;

	kernel->cards = 0;
	while (dir && (entry = readdir(dir)) != NULL) {
		struct ifreq ifr;
		struct card *card;
		char device[sizeof("/sys/class/net//device") + IFNAMSIZ];

		if (DOT_OR_DOTDOT(entry->d_name) || strlen(entry->d_name) >= IFNAMSIZ)
			continue;
		strcpy(ifr.ifr_name, entry->d_name);
		if (ioctl(fd, SIOCGIFHWADDR, &ifr) != 0) {
			if (errno != ENODEV) { /* it has just gone */
				bb_perror_msg("can't read card %s", entry->d_name);
				failed = -1;
			}
			continue;
		}
		if (ifr.ifr_hwaddr.sa_family != ARPHRD_ETHER
		 && ifr.ifr_hwaddr.sa_family != ARPHRD_LOOPBACK
		) {
			continue;
		}
		card = add_card(kernel, ifr.ifr_name);
		card->loopback = (ifr.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK);
		memcpy(card->mac_addr, ifr.ifr_hwaddr.sa_data, MAC_LEN);
		sprintf(device, "/sys/class/net/%s/device", card->name);
		card->physical = (access(device, F_OK) == 0);
	}
	if (dir)
		closedir(dir);
	close(fd);
	return failed;
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

/* netdevice(7).  SIOCGIFADDR tells a card's first address only. */
static void read_addresses(struct kernel *kernel, int fd)
{
	struct ifconf ifc = { 0 };
	struct ifreq *ifr;
	unsigned i;

	if (ioctl(fd, SIOCGIFCONF, &ifc) != 0) {
		bb_simple_perror_msg("can't read addresses");
		return;
	}
	ifr = ifc.ifc_req = xzalloc(ifc.ifc_len + 1);
	if (ioctl(fd, SIOCGIFCONF, &ifc) != 0)
		ifc.ifc_len = 0;
	kernel->addresses = 0;
	kernel->address = xzalloc(sizeof(kernel->address[0]) * (ifc.ifc_len / sizeof(*ifr) + 1));
	for (i = 0; i < ifc.ifc_len / sizeof(*ifr); i++) {
		const char *label = ifr[i].ifr_name;
		int card = find_card(kernel, label, strchrnul(label, ':') - label);

		if (card < 0)
			continue;
		strcpy(kernel->address[kernel->addresses].label, label);
		kernel->address[kernel->addresses++].card = &kernel->card[card];
	}
	free(ifr);
}

static void read_card(struct card *card, int fd)
{
	struct ifreq ifr;

	strcpy(ifr.ifr_name, card->name);
	if (ioctl(fd, SIOCGIFFLAGS, &ifr) == 0)
		card->up = (ifr.ifr_flags & IFF_UP) != 0;
	if (ioctl(fd, SIOCGIFADDR, &ifr) == 0)
		card->ip_addr = address_of(&ifr);
	if (ioctl(fd, SIOCGIFNETMASK, &ifr) == 0)
		card->netmask = address_of(&ifr);
}

/* Reads the next field of /proc/net/route: a number, in base 16 or 10 */
static unsigned next_field(char **line, int base)
{
	char *end;
	unsigned n;

	*line = skip_whitespace(*line);
	n = bb_strtou(*line, &end, base);
	*line = end;
	return n;
}

/* Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT */
static void read_routes(struct kernel *kernel)
{
	char *text = xmalloc_open_read_close("/proc/net/route", NULL);
	char *line = text;

	if (!text) {
		bb_simple_perror_msg("can't read /proc/net/route");
		return;
	}
	while ((line = strchr(line, '\n')) != NULL) { /* the first one is a headline */
		char *name = ++line;
		struct kernel_route *route;
		int card;

		line = skip_non_whitespace(line);
		card = find_card(kernel, name, line - name);
		if (card < 0 || kernel->card[card].eth < 0)
			continue;
		kernel->route = xrealloc_vector(kernel->route, 6, kernel->routes);
		route = &kernel->route[kernel->routes++];
		route->card = card;
		route->route.destination = ntohl(next_field(&line, 16));
		route->route.gateway = ntohl(next_field(&line, 16));
		next_field(&line, 16);
		next_field(&line, 10);
		next_field(&line, 10);
		route->metric = next_field(&line, 10);
		route->route.netmask = ntohl(next_field(&line, 16));
	}
	free(text);
}

void FAST_FUNC kernel_read_state(struct kernel *kernel)
{
	int fd = xsocket(AF_INET, SOCK_DGRAM, 0);
	unsigned i;

	gethostname(kernel->hostname, sizeof(kernel->hostname));
	read_addresses(kernel, fd);
	for (i = 0; i < kernel->cards; i++)
		if (kernel->card[i].eth >= 0 || kernel->card[i].loopback)
			read_card(&kernel->card[i], fd);
	close(fd);
	read_routes(kernel);
}
