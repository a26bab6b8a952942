/* vi: set sw=4 ts=4: */
/*
 * osconf: settings: the values of all known keys.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_SETTINGS_H
#define OSCONF_SETTINGS_H 1

#include "report.h"
#include "value.h"

/* Properties of a key: which sources may name it (value.h), and these.  A key that the
 * saved settings may name is saved. */
enum {
	SECRET = 1 << 3, /* its value is never shown */
	JOINED = 1 << 4, /* nor is a wrong one with blanks in it: another line may be joined to it */
	LIST   = 1 << 5, /* wrong items are dropped, the others stay */
};

/* The keys, a row for each; add one here.  A GLOBAL key is merged by itself.  One of an
 * interface is merged with it, and is ethN_NAME in a file; these come last.
 *
 *	NUMBER          name              kind of value      properties */
#define OSCONF_KEYS(GLOBAL, ETH) \
	GLOBAL(HOSTNAME,       "hostname",       VALUE_HOSTNAME,    ANY_SOURCE | JOINED) \
	GLOBAL(PASSWORD,       "password",       VALUE_PASSWORD,    FIRST_PARTITION | CONFIG_DRIVE | SECRET) \
	GLOBAL(DNS_NAMESERVER, "dns_nameserver", VALUE_ADDRESS,     ANY_SOURCE | LIST) \
	/* where /etc/shadow is not persistent */ \
	GLOBAL(PASSWORD_HASH,  "password_hash",  VALUE_CRYPT_HASH,  SAVED_SETTINGS | SECRET) \
	/* what was applied and can't be removed: applied.h.  1.0.0 had a key for each file */ \
	GLOBAL(APPLIED,        "applied",        VALUE_APPLIED,     SAVED_SETTINGS | SECRET | LIST) \
	GLOBAL(OLD_MOVED,      "moved",          VALUE_APPLIED,     SAVED_SETTINGS | SECRET | LIST) \
IF_FEATURE_OSCONF_CONFIG_DRIVE( \
	GLOBAL(OLD_DRIVE,      "drive",          VALUE_APPLIED,     SAVED_SETTINGS | SECRET | LIST) \
	/* the last hash and instance_id of a drive */ \
	GLOBAL(DRIVE_PASSWORD, "drive_password", VALUE_CRYPT_HASH,  SAVED_SETTINGS | SECRET) \
	GLOBAL(INSTANCE_ID,    "instance_id",    VALUE_HOSTNAME,    CONFIG_DRIVE | SECRET) \
) \
	ETH(IP_ADDR,           "ip_addr",        VALUE_HOST,        ANY_SOURCE) \
	ETH(NETMASK,           "netmask",        VALUE_NETMASK,     ANY_SOURCE) \
	ETH(GATEWAY,           "gateway",        VALUE_HOST,        ANY_SOURCE) \
	ETH(MAC_ADDR,          "mac_addr",       VALUE_MAC_ADDRESS, ANY_SOURCE) \
	ETH(ROUTE,             "route",          VALUE_ROUTE,       ANY_SOURCE | LIST)

#define NO_KEY(number, name, kind, properties)
#define GLOBAL_KEY(number, name, kind, properties) KEY_##number,
#define ETH_KEY(number, name, kind, properties) number,

enum { INTERFACES_MAX = 32 }; /* eth0 to eth31 */

/* KEY_HOSTNAME, ...; those of interface N are KEY_INTERFACE(N) + IP_ADDR, ... */
enum { OSCONF_KEYS(GLOBAL_KEY, NO_KEY) GLOBAL_KEYS };
enum { OSCONF_KEYS(NO_KEY, ETH_KEY) INTERFACE_KEYS };
enum { KEYS = GLOBAL_KEYS + INTERFACES_MAX * INTERFACE_KEYS };
#define KEY_INTERFACE(n) (GLOBAL_KEYS + (n) * INTERFACE_KEYS)

/* Values point into the text of their file */
struct settings {
	smallint source;
	smallint foreign;  /* parse_text(): this is no file of settings */
	uint32_t named;    /* check_settings(): bit N: ethN has a key, good or refused */
	uint32_t refused;  /* bit N: ethN's ip_addr was refused */
	smallint entries_refused; /* some of what was applied, since somebody has edited it */
	char *comments;    /* of saved settings: lines that somebody wrote, or NULL */
	char *value[KEYS]; /* of each known key; NULL: missing */
};

/* The first line of saved settings */
extern const char settings_headline[];

/* Returns the key of that name, or -1 if it is unknown.  A key that a source may not name
 * is unknown there; the saved settings' own check_settings() drops it with a message. */
int find_key(const char *name, int source) FAST_FUNC;

/* Checks each value.  Bad values and list items go to report and are dropped; a password
 * of nothing but '*' was applied before, and counts as missing.
 * Decodes the password, and converts MAC addresses to the form in struct card. */
void check_settings(struct settings *settings, struct report *report) FAST_FUNC;

/* Bit N is set if ethN has this key, or any key */
uint32_t interfaces_with(const struct settings *settings, int key) FAST_FUNC;
uint32_t interfaces_named(const struct settings *settings) FAST_FUNC;

/* Returns the value of a key as an address, or 0 if it is missing */
uint32_t address_of_key(const struct settings *settings, int key) FAST_FUNC;

/* result: the saved settings with the changes that a fresh os.conf brings.  Bit N of what
 * it returns is set if ethN's address was refused, and ethN stays as saved. */
uint32_t merge_settings(struct settings *result, const struct settings *saved,
		const struct settings *fresh) FAST_FUNC;

/* True if some value that is saved is not the same in both */
int settings_differ(const struct settings *a, const struct settings *b) FAST_FUNC;

/* Returns the settings, without what is not saved, as the text of a settings file: the
 * headline, the comments, the values.  Read and written again, it is the same text.
 * Caller frees. */
char *settings_to_text(const struct settings *settings) FAST_FUNC;

#endif
