/* vi: set sw=4 ts=4: */
/*
 * osconf: settings -> checked; merged; as text again.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += settings.o
#include "settings.h"

enum { SHOWN_MAX = 64 };

/* Rows of the table: those of global keys, then those of one interface */
static const struct row {
	uint8_t kind, properties;
} rows[] = {
#define ROW(number, name, kind, properties) { kind, properties },
	OSCONF_KEYS(ROW, ROW)
};

#define NAME(number, name, kind, properties) name "\0"
static const char global_names[] ALIGN1 = OSCONF_KEYS(NAME, NO_KEY);
static const char interface_names[] ALIGN1 = OSCONF_KEYS(NO_KEY, NAME);

/* As large as the longest name */
union key_name {
#define GLOBAL_SIZE(number, name, kind, properties) char size_##number[sizeof(name)];
#define ETH_SIZE(number, name, kind, properties) char size_##number[sizeof("eth31_" name)];
	OSCONF_KEYS(GLOBAL_SIZE, ETH_SIZE)
	char text[1];
};

const char settings_headline[] ALIGN1 =
	"# Settings of this instance, saved by osconf from " OSCONF_FILE
	" and applied at every boot; they may be edited.";

/* -1, or the number of the interface whose key it is */
static int interface_of(int key)
{
	return key < GLOBAL_KEYS ? -1 : (key - GLOBAL_KEYS) / INTERFACE_KEYS;
}

static const struct row *row_of(int key)
{
	int n = interface_of(key);

	return &rows[n < 0 ? key : key - n * INTERFACE_KEYS];
}

/* The key of that name, from whatever source */
static int key_of(const char *name)
{
	const char *s = is_prefixed_with(name, "eth");
	unsigned n;
	int key;

	if (!s)
		return index_in_strings(global_names, name);
	s = take_number(s, INTERFACES_MAX - 1, &n);
	if (!s || *s != '_')
		return -1;
	key = index_in_strings(interface_names, s + 1);
	return key < 0 ? key : KEY_INTERFACE((int)n) + key;
}

int FAST_FUNC find_key(const char *name, int source)
{
	int key = key_of(name);

	return key < 0 || source == SAVED_SETTINGS || (row_of(key)->properties & source) ? key : -1;
}

static char *put_key_name(char *p, int key)
{
	int n = interface_of(key);

	if (n < 0)
		return stpcpy(p, nth_string(global_names, key));
	return p + sprintf(p, "eth%d_%s", n, nth_string(interface_names, key - KEY_INTERFACE(n)));
}

/* A password must not reach a console or os.conf.rejected, even if lines were joined
 * or a value was given to the wrong key */
static int may_be_secret(int key, const char *value)
{
	int properties = row_of(key)->properties;

	return (properties & SECRET) || ((properties & JOINED) && value[strcspn(value, " \t;,")])
		|| strchr(value, '=') || strcasestr(value, "password");
}

/* item: the wrong part of value, len bytes long */
static void refuse(struct report *report, int key, const char *item, int len,
		const char *value, const char *wrong)
{
	union key_name name;

	put_key_name(name.text, key);
	if (may_be_secret(key, value)) {
		report_line(report, "# %s: the value (not shown) %s", name.text, wrong);
		return;
	}
	report_line(report, "# %s: '%.*s%s' %s", name.text, MIN(len, SHOWN_MAX), item,
			len > SHOWN_MAX ? "..." : "", wrong);
	report_line(report, "%s='%s'", name.text, value);
}

/* Removes bad items from a list.  Returns the list, or NULL if nothing is left */
static char *clean_list(struct settings *settings, int key, struct report *report)
{
	char *list = settings->value[key];
	int kind = row_of(key)->kind;
	const char *rest = list, *item;
	char *s, *good = NULL;
	smallint refused = 0;
	int rc;

	for (s = list; *s; s++)
		if (isspace(*s)) /* no newlines: the list may be printed */
			*s = ' ';
	while ((rc = next_item(kind, &rest, &item)) != 0) {
		if (rc > 0) {
			good = list;
			continue;
		}
		/* report the first bad item, with the whole list */
		if (!refused)
			refuse(report, key, item, rest - item, list, wrong_value(kind));
		refused = 1;
		settings->entries_refused |= (kind == VALUE_APPLIED);
		overlapping_strcpy((char*)item, rest);
		rest = item;
	}
	for (s = strchr(list, '\0'); s > list && strchr("; ", s[-1]);)
		*--s = '\0';
	return good;
}

/* Returns the value, or NULL if it is refused or counts as missing */
static char *checked_value(struct settings *settings, int key, struct report *report)
{
	char *value = settings->value[key];
	const struct row *row = row_of(key);
	int kind = row->kind;
	const char *wrong;

	if (kind == VALUE_PASSWORD && settings->source == CONFIG_DRIVE)
		kind = VALUE_CRYPT_HASH;
	if (row->properties & LIST)
		return clean_list(settings, key, report);
	if (!(row->properties & settings->source))
		wrong = "is not read from saved settings";
	else if (kind == VALUE_PASSWORD && !value[strspn(value, "*")])
		return NULL;
	else if (is_valid(kind, value, settings->source))
		return value;
	else
		wrong = wrong_value(kind);
	refuse(report, key, value, strlen(value), value, wrong);
	return NULL;
}

void FAST_FUNC check_settings(struct settings *settings, struct report *report)
{
	uint32_t with_address = interfaces_with(settings, IP_ADDR);
	int key, n;

	settings->named = interfaces_named(settings);
	for (key = 0; key < KEYS; key++)
		if (settings->value[key])
			settings->value[key] = checked_value(settings, key, report);
	settings->refused = with_address & ~interfaces_with(settings, IP_ADDR);
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

static int same_value(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* What becomes of ethN.  Returns 1 if it stays as saved although fresh names it */
static int merge_interface(struct settings *result, const struct settings *fresh, int n)
{
	char **to = &result->value[KEY_INTERFACE(n)];
	char *const *from = &fresh->value[KEY_INTERFACE(n)];
	uint32_t eth0 = 1, eth = 1U << n;
	int key, other_card, whole;

	/* with another MAC address it is another card: nothing of the old one's may stay */
	other_card = from[MAC_ADDR] && !same_value(from[MAC_ADDR], to[MAC_ADDR]);
	if (!other_card && (fresh->refused & eth) && to[IP_ADDR])
		return 1;
	/* a file that names eth0 describes the whole network */
	whole = other_card || from[IP_ADDR] || ((fresh->named & eth0) && !(fresh->named & eth));
	for (key = 0; key < INTERFACE_KEYS; key++)
		if (whole || from[key])
			to[key] = from[key];
	return 0;
}

uint32_t FAST_FUNC merge_settings(struct settings *result, const struct settings *saved,
		const struct settings *fresh)
{
	uint32_t stay = 0;
	int key, n;

	*result = *saved;
	for (key = 0; key < GLOBAL_KEYS; key++)
		if (fresh->value[key])
			result->value[key] = fresh->value[key];
	for (n = 0; n < INTERFACES_MAX; n++)
		if (merge_interface(result, fresh, n))
			stay |= 1U << n;
	return stay;
}

static int is_saved(const struct settings *settings, int key)
{
	return settings->value[key] && (row_of(key)->properties & SAVED_SETTINGS);
}

int FAST_FUNC settings_differ(const struct settings *a, const struct settings *b)
{
	int key;

	for (key = 0; key < KEYS; key++)
		if ((row_of(key)->properties & SAVED_SETTINGS) && !same_value(a->value[key], b->value[key]))
			return 1;
	return 0;
}

/* Valid values contain no quotes and no newlines */
char* FAST_FUNC settings_to_text(const struct settings *settings)
{
	const char *comments = settings->comments ? settings->comments : "";
	size_t size = sizeof(settings_headline) + sizeof("\n") + strlen(comments);
	char *text, *p;
	int key;

	for (key = 0; key < KEYS; key++)
		if (is_saved(settings, key))
			size += sizeof(union key_name) + strlen(settings->value[key]) + sizeof("=''\n");
	text = xmalloc(size);
	p = text + sprintf(text, "%s\n%s", settings_headline, comments);
	for (key = 0; key < KEYS; key++) {
		if (is_saved(settings, key)) {
			p = put_key_name(p, key);
			p += sprintf(p, "='%s'\n", settings->value[key]);
		}
	}
	return text;
}
