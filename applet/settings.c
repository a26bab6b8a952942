/* vi: set sw=4 ts=4: */
/*
 * osconf: values of a settings file -> settings, checked; merged; as text.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += settings.o
#include "osconf.h"

unsigned FAST_FUNC prefix_len(uint32_t netmask)
{
	return netmask ? 33 - ffs(netmask) : 0;
}

/* Four decimal numbers: no octal, no hexadecimal, no short forms, which
 * inet_aton() takes.  Returns what follows; NULL: it is no address. */
static const char *take_address(const char *s, uint32_t *address)
{
	unsigned octet;
	int i;

	*address = 0;
	for (i = 0; i < 4; i++) {
		if (i && *s++ != '.')
			return NULL;
		s = take_number(s, 255, &octet);
		if (!s)
			return NULL;
		*address = (*address << 8) | octet;
	}
	return s;
}

static int is_address(const char *s, uint32_t *address)
{
	s = take_address(s, address);
	return s && !*s;
}

/* RFC 1122, 3.2.1.3: not 0.0.0.0/8, 127.0.0.0/8; RFC 5771: no multicast, and
 * nothing above it */
static int is_host_address(uint32_t address)
{
	unsigned first = address >> 24;

	return first != 0 && first != 127 && first < 224;
}

static int is_netmask(uint32_t mask)
{
	return mask && !(~mask & (~mask + 1));
}

/* RFC 1123, 2.1: labels of letters, digits and hyphens, none at a label's
 * ends; a label has up to 63 bytes, and Linux takes 64 in all */
static int is_hostname(const char *s)
{
	const char *label = s;
	const char *name = s;

	for (; *s; s++) {
		if (*s == '.') {
			if (s == label || s[-1] == '-')
				return 0;
			label = s + 1;
		} else if (!isalnum(*s) && (*s != '-' || s == label)) {
			return 0;
		}
		if (s - label >= 63)
			return 0;
	}
	return s != label && s[-1] != '-' && s - name <= 64;
}

static int is_mac_address(const char *s, uint8_t mac[MAC_LEN])
{
	char separator;
	int i;

	if (strlen(s) != MAC_LEN * 3 - 1)
		return 0;
	separator = s[2];
	if (separator != ':' && separator != '-')
		return 0;
	for (i = 0; i < MAC_LEN; i++, s += 3) {
		if (!isxdigit(s[0]) || !isxdigit(s[1])
		 || (i < MAC_LEN - 1 && s[2] != separator)
		) {
			return 0;
		}
		hex2bin((char*)&mac[i], s, 1);
	}
	return 1;
}

int FAST_FUNC next_address(const char **list, const char **item, uint32_t *address)
{
	const char *s = skip_whitespace(*list);

	if (!*s)
		return 0;
	*item = s;
	*list = skip_non_whitespace(s);
	return take_address(s, address) == *list ? 1 : -1;
}

int FAST_FUNC next_route(const char **list, const char **item, struct route *route)
{
	const char *s = *list;
	unsigned prefix;

	s += strspn(s, "; \t");
	if (!*s)
		return 0;
	*item = s;
	*list = strchrnul(s, ';');
	s = take_address(s, &route->destination);
	if (!s || *s != '/')
		return -1;
	s = take_number(s + 1, 32, &prefix);
	if (!s || !isblank(*s))
		return -1;
	s = take_address(skip_whitespace(s), &route->gateway);
	if (!s || skip_whitespace(s) != *list || !is_host_address(route->gateway))
		return -1;
	route->netmask = prefix ? 0xffffffff << (32 - prefix) : 0;
	route->destination &= route->netmask;
	return 1;
}

static void refuse(struct report *report, int key, const char *item, int len,
		const char *value, const char *wrong)
{
	char name[KEY_NAME_SIZE];

	key_name(key, name);
	if (key == KEY_PASSWORD) {
		report_line(report, "# %s %s", name, wrong);
		return;
	}
	report_line(report, "# %s: '%.*s%s' %s", name, MIN(len, 64), item,
			len > 64 ? "..." : "", wrong);
	if (value)
		report_line(report, "%s='%s'", name, value);
}

static int is_list(int key)
{
	return key == KEY_DNS_NAMESERVER
		|| (key >= GLOBAL_KEYS && (key - GLOBAL_KEYS) % INTERFACE_KEYS == ROUTE);
}

/* Blanks what is wrong in a list.  Returns the list; NULL: nothing is left */
static char *clean_list(struct report *report, int key, char *list)
{
	int is_route = (key != KEY_DNS_NAMESERVER);
	const char *rest = list, *item;
	char *s;
	struct route route;
	uint32_t address;
	unsigned bad = 0;
	int good = 0, rc;

	for (s = list; *s; s++)
		if (isspace(*s)) /* they may be shown */
			*s = ' ';
	while ((rc = is_route ? next_route(&rest, &item, &route)
			: next_address(&rest, &item, &address)) != 0
	) {
		if (rc > 0) {
			good = 1;
			continue;
		}
		/* the first one is shown; the whole list once */
		if (!bad++)
			refuse(report, key, item, rest - item, list, is_route
				? "is not DESTINATION/PREFIX GATEWAY (like 10.0.0.0/8 10.0.0.1)"
				: "is not an IPv4 address");
		memset((char*)item, ' ', rest - item);
	}
	return good ? list : NULL;
}

/* Returns NULL; else what is wrong with the value */
static const char *set_interface(struct interface *eth, int key, char *value)
{
	switch (key) {
	case IP_ADDR:
	case GATEWAY: {
		uint32_t address;
		if (!is_address(value, &address) || !is_host_address(address))
			return "is not the IPv4 address of a host";
		*(key == IP_ADDR ? &eth->ip_addr : &eth->gateway) = address;
		break;
	}
	case NETMASK:
		if (!is_address(value, &eth->netmask) || !is_netmask(eth->netmask))
			return "is not a contiguous mask (like 255.255.255.0)";
		break;
	case MAC_ADDR:
		if (!is_mac_address(value, eth->mac_addr))
			return "is not a MAC address (six hexadecimal pairs)";
		break;
	default:
		eth->route = value;
	}
	eth->has |= 1 << key;
	return NULL;
}

static const char *set_global(struct settings *settings, int key, char *value)
{
	switch (key) {
	case KEY_HOSTNAME:
		if (!is_hostname(value))
			return "is not a host name (RFC 1123, up to 64 letters, digits, '-' and '.')";
		settings->hostname = value;
		break;
	case KEY_PASSWORD:
		if (password_decode(value) != 0)
			return "is not the base64 of a line of text";
		settings->password = value;
		break;
	case KEY_DNS_NAMESERVER:
		settings->dns_nameserver = value;
		break;
	default:
		if (!is_password_hash(value))
			return "is not a sha512-crypt hash";
		*(key == KEY_APPLIED ? &settings->applied : &settings->password_hash) = value;
	}
	return NULL;
}

void FAST_FUNC settings_from_values(struct settings *settings, char *value[KEYS],
		struct report *report)
{
	int key;

	memset(settings, 0, sizeof(*settings));
	for (key = 0; key < KEYS; key++) {
		char *v = value[key];
		const char *wrong;

		if (!v)
			continue;
		if (is_list(key)) {
			v = clean_list(report, key, v);
			if (!v)
				continue;
		}
		if (key < GLOBAL_KEYS) {
			wrong = set_global(settings, key, v);
		} else {
			unsigned n = (key - GLOBAL_KEYS) / INTERFACE_KEYS;
			settings->named |= 1U << n;
			wrong = set_interface(&settings->eth[n], key - KEY_INTERFACE(n), v);
		}
		if (wrong)
			refuse(report, key, v, strlen(v), v, wrong);
	}
	for (key = 0; key < INTERFACES_MAX; key++) {
		struct interface *eth = &settings->eth[key];
		if ((eth->has & (1 << IP_ADDR | 1 << NETMASK)) == 1 << IP_ADDR) {
			/* Its gateway gets a host route: so it can be reached */
			eth->netmask = 0xffffffff;
			eth->has |= 1 << NETMASK;
			report_line(report, "# eth%d_netmask: none, 255.255.255.255 is taken", key);
		}
	}
}

static void merge_interface(struct interface *saved, const struct interface *fresh)
{
	if (fresh->has & (1 << IP_ADDR)) {
		*saved = *fresh;
		return;
	}
	if (fresh->has & (1 << NETMASK))
		saved->netmask = fresh->netmask;
	if (fresh->has & (1 << GATEWAY))
		saved->gateway = fresh->gateway;
	if (fresh->has & (1 << MAC_ADDR))
		memcpy(saved->mac_addr, fresh->mac_addr, MAC_LEN);
	if (fresh->has & (1 << ROUTE))
		saved->route = fresh->route;
	saved->has |= fresh->has;
}

void FAST_FUNC settings_merge(struct settings *saved, const struct settings *fresh)
{
	int n;

	if (fresh->hostname)
		saved->hostname = fresh->hostname;
	if (fresh->dns_nameserver)
		saved->dns_nameserver = fresh->dns_nameserver;
	saved->password = fresh->password;
	saved->applied = NULL;

	for (n = 0; n < INTERFACES_MAX; n++) {
		uint32_t bit = 1U << n;
		if (fresh->named & bit)
			merge_interface(&saved->eth[n], &fresh->eth[n]);
		else if (fresh->named & 1) /* eth0: it describes the whole network */
			saved->eth[n].has = 0;
		saved->named = saved->eth[n].has ? saved->named | bit : saved->named & ~bit;
	}
}

/* What has been accepted has no quotes and no newlines in it */
static char *put_string(char *p, int key, const char *value)
{
	char name[KEY_NAME_SIZE];

	if (value)
		p += sprintf(p, "%s='%s'\n", key_name(key, name), value);
	return p;
}

static char *put_address(char *p, uint32_t address)
{
	return p + sprintf(p, ADDRESS_FORMAT, ADDRESS_ARGS(address));
}

static char *put_list(char *p, int key, const char *list)
{
	char name[KEY_NAME_SIZE];
	const char *item;
	struct route route;
	uint32_t address;

	if (!list)
		return p;
	p += sprintf(p, "%s='", key_name(key, name));
	if (key == KEY_DNS_NAMESERVER) {
		while (next_address(&list, &item, &address) > 0) {
			p = put_address(p, address);
			*p++ = ' ';
		}
	} else {
		while (next_route(&list, &item, &route) > 0) {
			p = put_address(p, route.destination);
			p += sprintf(p, "/%u ", prefix_len(route.netmask));
			p = put_address(p, route.gateway);
			*p++ = ';';
		}
	}
	return stpcpy(p - 1, "'\n"); /* over the last separator */
}

static char *put_interface(char *p, int key, const struct interface *eth)
{
	char value[sizeof("00:00:00:00:00:00")];

	if (eth->has & (1 << IP_ADDR)) {
		put_address(value, eth->ip_addr);
		p = put_string(p, key + IP_ADDR, value);
	}
	if (eth->has & (1 << NETMASK)) {
		put_address(value, eth->netmask);
		p = put_string(p, key + NETMASK, value);
	}
	if (eth->has & (1 << GATEWAY)) {
		put_address(value, eth->gateway);
		p = put_string(p, key + GATEWAY, value);
	}
	if (eth->has & (1 << MAC_ADDR)) {
		sprintf(value, MAC_FORMAT, MAC_ARGS(eth->mac_addr));
		p = put_string(p, key + MAC_ADDR, value);
	}
	return put_list(p, key + ROUTE, (eth->has & (1 << ROUTE)) ? eth->route : NULL);
}

size_t FAST_FUNC settings_to_text(const struct settings *settings, char *text)
{
	char *p = stpcpy(text,
		"# Settings of this instance, saved by osconf from " OSCONF_DIR "/" OSCONF_FILE
		" and applied at every boot; they may be edited.\n");
	int n;

	p = put_string(p, KEY_HOSTNAME, settings->hostname);
	p = put_list(p, KEY_DNS_NAMESERVER, settings->dns_nameserver);
	p = put_string(p, KEY_PASSWORD_HASH, settings->password_hash);
	p = put_string(p, KEY_APPLIED, settings->applied);
	for (n = 0; n < INTERFACES_MAX; n++)
		p = put_interface(p, KEY_INTERFACE(n), &settings->eth[n]);
	return p - text;
}
