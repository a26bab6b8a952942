/* vi: set sw=4 ts=4: */
/*
 * osconf: settings -> checked; merged; as text again.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += settings.o
#include "settings.h"
#include "value.h"

enum {
	KEY_NAME_SIZE = sizeof("dns_nameserver"),
	SHOWN_MAX = 64,
};

/* MUST match the order of the keys in settings.h */
static const char global_keys[] ALIGN1 =
	"hostname\0" "password\0" "dns_nameserver\0" "password_hash\0" "applied\0" "moved\0"
	IF_FEATURE_OSCONF_CONFIG_DRIVE("drive\0" "drive_password\0" "instance_id\0");
static const char interface_keys[] ALIGN1 =
	"ip_addr\0" "netmask\0" "gateway\0" "mac_addr\0" "route\0";

int FAST_FUNC find_key(const char *name)
{
	const char *s = is_prefixed_with(name, "eth");
	unsigned n;
	int key;

	if (!s)
		return index_in_strings(global_keys, name);
	s = take_number(s, INTERFACES_MAX - 1, &n);
	if (!s || *s != '_')
		return -1;
	key = index_in_strings(interface_keys, s + 1);
	return key < 0 ? key : KEY_INTERFACE((int)n) + key;
}

static char *put_key_name(char *p, int key)
{
	int eth = key - GLOBAL_KEYS;

	if (eth < 0)
		return stpcpy(p, nth_string(global_keys, key));
	return p + sprintf(p, "eth%d_%s", eth / INTERFACE_KEYS,
			nth_string(interface_keys, eth % INTERFACE_KEYS));
}

/* A password must not reach a console or os.conf.rejected, even if lines were joined
 * or a value was given to the wrong key */
static int may_be_secret(int key, const char *value)
{
	return key == KEY_PASSWORD || (key >= KEY_PASSWORD_HASH && key < GLOBAL_KEYS)
		|| (key == KEY_HOSTNAME && value[strcspn(value, " \t;,")])
		|| strchr(value, '=') || strcasestr(value, "password");
}

/* item: the wrong part of value, len bytes long */
static void refuse(struct report *report, int key, const char *item, int len,
		const char *value, const char *wrong)
{
	char name[KEY_NAME_SIZE];

	put_key_name(name, key);
	if (may_be_secret(key, value)) {
		report_line(report, "# %s: the value (not shown) %s", name, wrong);
		return;
	}
	report_line(report, "# %s: '%.*s%s' %s", name, MIN(len, SHOWN_MAX), item,
			len > SHOWN_MAX ? "..." : "", wrong);
	report_line(report, "%s='%s'", name, value);
}

/* Removes bad items from a list.  Returns the list, or NULL if nothing is left */
static char *clean_list(struct report *report, int key, char *list)
{
	const char *rest = list, *item;
	char *s, *good = NULL;
	struct route route;
	smallint refused = 0;
	int rc;

	for (s = list; *s; s++)
		if (isspace(*s)) /* no newlines: the list may be printed */
			*s = ' ';
	while ((rc = key == KEY_DNS_NAMESERVER ? next_address(&rest, &item, &route.gateway)
			: next_route(&rest, &item, &route)) != 0
	) {
		if (rc > 0) {
			good = list;
			continue;
		}
		/* report the first bad item, with the whole list */
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

/* Returns NULL if the value is valid, else what is wrong with it */
static const char *check_value(int key, char *value, int source)
{
	uint32_t address = 0;
	const char *end = take_address(value, &address);

	if (!end || *end)
		address = 0; /* never a valid value */
	if (ENABLE_FEATURE_OSCONF_CONFIG_DRIVE) {
		if (key == KEY_INSTANCE_ID)
			key = KEY_HOSTNAME;
		if ((key >= KEY_PASSWORD_HASH && key < KEY_INSTANCE_ID) || (key == KEY_PASSWORD && source == CONFIG_DRIVE))
			return is_crypt_hash(value) ? NULL : "is not a password hash (like $6$...)";
	}
	switch (key) {
	case KEY_HOSTNAME:
		return is_hostname(value, ENABLE_FEATURE_OSCONF_CONFIG_DRIVE && source != FIRST_PARTITION)
			? NULL : "is not a host name (RFC 1123, up to 64 letters, digits, '-' and '.')";
	case KEY_PASSWORD:
		return decode_password(value) == 0 ? NULL : "is not the base64 of a line of text";
	case KEY_PASSWORD_HASH:
	case KEY_APPLIED:
	case KEY_MOVED:
		return is_password_hash(value) ? NULL : "is not a password hash (like $6$...)";
	case KEY_INTERFACE(0) + NETMASK:
		return is_netmask(address) ? NULL : "is not a contiguous mask (like 255.255.255.0)";
	case KEY_INTERFACE(0) + MAC_ADDR:
		return is_mac_address(value) ? NULL : "is not a MAC address (six hexadecimal pairs)";
	default:
		return is_host_address(address) ? NULL : "is not the IPv4 address of a host";
	}
}

static char *checked_value(const struct settings *settings, int key, struct report *report)
{
	char *value = settings->value[key];
	/* keys of ethN are checked as those of eth0 */
	int kind = key < GLOBAL_KEYS ? key : GLOBAL_KEYS + (key - GLOBAL_KEYS) % INTERFACE_KEYS;
	const char *wrong;

	if (kind == KEY_DNS_NAMESERVER || kind == KEY_INTERFACE(0) + ROUTE)
		return clean_list(report, key, value);
	wrong = check_value(kind, value, settings->source);
	if (!wrong)
		return value;
	refuse(report, key, value, strlen(value), value, wrong);
	return NULL;
}

void FAST_FUNC check_settings(struct settings *settings, struct report *report)
{
	int key, n;

	for (key = 0; key < KEYS; key++)
		if (settings->value[key])
			settings->value[key] = checked_value(settings, key, report);
	for (n = 0; n < INTERFACES_MAX; n++) {
		char **eth = &settings->value[KEY_INTERFACE(n)];
		if (eth[IP_ADDR] && !eth[NETMASK]) {
			/* its gateway gets a host route, and so can be reached */
			eth[NETMASK] = (char*)"255.255.255.255";
			report_line(report, "# eth%d_netmask: missing, using %s", n, eth[NETMASK]);
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

uint32_t FAST_FUNC address_of_key(const struct settings *settings, int key)
{
	uint32_t address = 0;

	if (settings->value[key])
		take_address(settings->value[key], &address);
	return address;
}

void FAST_FUNC set_value(struct settings *settings, int key, char *value)
{
	const char *old = settings->value[key];

	settings->value[key] = value;
	/* the password is not saved */
	if (key != KEY_PASSWORD && (!old != !value || (old && strcmp(old, value) != 0)))
		settings->changed = 1;
}

void FAST_FUNC merge_settings(struct settings *saved, const struct settings *fresh)
{
	uint32_t named = interfaces_named(fresh);
	int n, key;

	for (key = KEY_HOSTNAME; key <= KEY_DNS_NAMESERVER; key++)
		if (fresh->value[key])
			set_value(saved, key, fresh->value[key]);

	for (n = 0; n < INTERFACES_MAX; n++) {
		char *const *from = &fresh->value[KEY_INTERFACE(n)];
		/* a file that names eth0 describes the whole network */
		int whole = from[IP_ADDR] || ((named & 1) && !(named & (1U << n)));

		for (key = 0; key < INTERFACE_KEYS; key++)
			if (whole || from[key])
				set_value(saved, KEY_INTERFACE(n) + key, from[key]);
	}
}

/* Valid values contain no quotes and no newlines */
char* FAST_FUNC settings_to_text(const struct settings *settings)
{
	static const char headline[] ALIGN1 =
		"# Settings of this instance, saved by osconf from " OSCONF_FILE
		" and applied at every boot; they may be edited.\n";
	size_t size = sizeof(headline);
	char *text, *p;
	int key;

	for (key = 0; key < KEYS; key++)
		if (settings->value[key])
			size += KEY_NAME_SIZE + strlen(settings->value[key]) + sizeof("=''\n");
	text = xmalloc(size);
	p = stpcpy(text, headline);
	for (key = 0; key < KEYS; key++) {
		if (settings->value[key] && key != KEY_PASSWORD) {
			p = put_key_name(p, key);
			p += sprintf(p, "='%s'\n", settings->value[key]);
		}
	}
	return text;
}
