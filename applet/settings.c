/* vi: set sw=4 ts=4: */
/*
 * osconf: settings -> checked; merged; as text again; as numbers.
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

	for (;; s++) {
		if (isalnum(*s) || (*s == '-' && s != label))
			continue;
		if (s == label || s[-1] == '-' || s - label > 63)
			return 0;
		if (*s != '.')
			return !*s && s - name <= 64;
		label = s + 1;
	}
}

/* Makes it the one that the kernel writes, too */
static int is_mac_address(char *s)
{
	int i;

	for (i = 0; i < MAC_SIZE - 1; i++)
		if (i % 3 == 2 ? (s[i] != s[2] || !strchr(":-", s[2])) : !isxdigit(s[i]))
			return 0;
	if (s[i])
		return 0;
	for (; *s; s++)
		*s = *s == '-' ? ':' : *s | 0x20; /* digits have that bit */
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
	report_line(report, "%s='%s'", name, value);
}

/* Takes what is wrong out of a list.  Returns the list; NULL: nothing is left */
static char *clean_list(struct report *report, int key, char *list)
{
	const char *rest = list, *item;
	char *s, *good = NULL;
	struct route route;
	smallint refused = 0;
	int rc;

	for (s = list; *s; s++)
		if (isspace(*s)) /* they may be shown */
			*s = ' ';
	while ((rc = key == KEY_DNS_NAMESERVER ? next_address(&rest, &item, &route.gateway)
			: next_route(&rest, &item, &route)) != 0
	) {
		if (rc > 0) {
			good = list;
			continue;
		}
		/* the first one is shown, and the whole list once */
		if (!refused)
			refuse(report, key, item, rest - item, list, key == KEY_DNS_NAMESERVER
				? "is not an IPv4 address"
				: "is not DESTINATION/PREFIX GATEWAY (like 10.0.0.0/8 10.0.0.1)");
		refused = 1;
		overlapping_strcpy((char*)item, rest);
		rest = item;
	}
	for (s = strchr(list, '\0'); s > list && strchr("; ", s[-1]);)
		*--s = '\0';
	return good;
}

/* Returns NULL; else what is wrong with the value */
static const char *check_value(int key0, char *value)
{
	uint32_t address = 0;
	const char *end = take_address(value, &address);

	if (!end || *end)
		address = 0; /* which none may be */
	switch (key0) {
	case KEY_HOSTNAME:
		return is_hostname(value) ? NULL : "is not a host name (RFC 1123, up to 64 letters, digits, '-' and '.')";
	case KEY_PASSWORD:
		return password_decode(value) == 0 ? NULL : "is not the base64 of a line of text";
	case KEY_PASSWORD_HASH:
	case KEY_APPLIED:
		return is_password_hash(value) ? NULL : "is not a sha512-crypt hash";
	case KEY_INTERFACE(0) + NETMASK:
		return is_netmask(address) ? NULL : "is not a contiguous mask (like 255.255.255.0)";
	case KEY_INTERFACE(0) + MAC_ADDR:
		return is_mac_address(value) ? NULL : "is not a MAC address (six hexadecimal pairs)";
	default:
		return is_host_address(address) ? NULL : "is not the IPv4 address of a host";
	}
}

void FAST_FUNC settings_check(struct settings *settings, struct report *report)
{
	int key;

	for (key = 0; key < KEYS; key++) {
		char *value = settings->value[key];
		/* for ethN, that of eth0 */
		int key0 = key < GLOBAL_KEYS ? key : GLOBAL_KEYS + (key - GLOBAL_KEYS) % INTERFACE_KEYS;
		const char *wrong;

		if (!value)
			continue;
		if (key0 == KEY_DNS_NAMESERVER || key0 == KEY_INTERFACE(0) + ROUTE) {
			settings->value[key] = clean_list(report, key, value);
			continue;
		}
		wrong = check_value(key0, value);
		if (wrong) {
			refuse(report, key, value, strlen(value), value, wrong);
			settings->value[key] = NULL;
		}
	}
	for (key = KEY_INTERFACE(0); key < KEYS; key += INTERFACE_KEYS) {
		char **eth = &settings->value[key];
		if (eth[IP_ADDR] && !eth[NETMASK]) {
			/* Its gateway gets a host route: so it can be reached */
			eth[NETMASK] = (char*)"255.255.255.255";
			report_line(report, "# eth%d_netmask: none, %s is taken",
				(key - GLOBAL_KEYS) / INTERFACE_KEYS, eth[NETMASK]);
		}
	}
}

uint32_t FAST_FUNC interfaces_with(const struct settings *settings, int key)
{
	uint32_t bits = 0;
	int n;

	for (n = 0; n < INTERFACES_MAX; n++)
		if (settings->value[KEY_INTERFACE(n) + key])
			bits |= 1U << n;
	return bits;
}

uint32_t FAST_FUNC interfaces_named(const struct settings *settings)
{
	uint32_t bits = 0;
	int key;

	for (key = 0; key < INTERFACE_KEYS; key++)
		bits |= interfaces_with(settings, key);
	return bits;
}

void FAST_FUNC settings_merge(struct settings *saved, const struct settings *fresh)
{
	uint32_t named = interfaces_named(fresh);
	int n, key;

	for (key = KEY_HOSTNAME; key <= KEY_DNS_NAMESERVER; key++)
		if (fresh->value[key])
			saved->value[key] = fresh->value[key];
	saved->value[KEY_APPLIED] = NULL;

	for (n = 0; n < INTERFACES_MAX; n++) {
		char *const *from = &fresh->value[KEY_INTERFACE(n)];
		/* eth0: it describes the whole network */
		int whole = from[IP_ADDR] || ((named & 1) && !(named & (1U << n)));

		for (key = 0; key < INTERFACE_KEYS; key++)
			if (whole || from[key])
				saved->value[KEY_INTERFACE(n) + key] = from[key];
	}
}

/* What has been accepted has no quotes and no newlines in it */
char* FAST_FUNC settings_to_text(const struct settings *settings)
{
	static const char headline[] ALIGN1 =
		"# Settings of this instance, saved by osconf from " OSCONF_DIR "/" OSCONF_FILE
		" and applied at every boot; they may be edited.\n";
	char name[KEY_NAME_SIZE];
	size_t size = sizeof(headline);
	char *text, *p;
	int key;

	for (key = 0; key < KEYS; key++)
		if (settings->value[key])
			size += KEY_NAME_SIZE + strlen(settings->value[key]) + sizeof("=''\n");
	text = xmalloc(size);
	p = stpcpy(text, headline);
	for (key = 0; key < KEYS; key++)
		if (settings->value[key] && key != KEY_PASSWORD)
			p += sprintf(p, "%s='%s'\n", key_name(key, name), settings->value[key]);
	return text;
}

uint32_t FAST_FUNC address_of_key(const struct settings *settings, int key)
{
	uint32_t address = 0;

	if (settings->value[key])
		take_address(settings->value[key], &address);
	return address;
}
