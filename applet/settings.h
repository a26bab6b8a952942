/* vi: set sw=4 ts=4: */
/*
 * osconf: settings: the values of all known keys.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_SETTINGS_H
#define OSCONF_SETTINGS_H 1

#include "report.h"

enum { INTERFACES_MAX = 32 }; /* eth0 to eth31 */

/* Known keys.  Those of interface N are KEY_INTERFACE(N) + IP_ADDR, ... */
enum {
	KEY_HOSTNAME,
	KEY_PASSWORD,
	KEY_DNS_NAMESERVER,
	KEY_PASSWORD_HASH,  /* saved settings only: where /etc/shadow is not persistent */
	KEY_APPLIED,        /* saved settings only: digest of an os.conf that can't be removed */
	KEY_MOVED,          /* the same for os.conf.saved */
	KEY_DRIVE,          /* the same for the config drive's os.conf, which stays */
	KEY_DRIVE_PASSWORD, /* the hash that it had last, and the instance_id */
	KEY_INSTANCE_ID,    /* config drive only */
	GLOBAL_KEYS = ENABLE_FEATURE_OSCONF_CONFIG_DRIVE ? KEY_INSTANCE_ID + 1 : KEY_MOVED + 1,
	IP_ADDR = 0,
	NETMASK,
	GATEWAY,
	MAC_ADDR,
	ROUTE,
	INTERFACE_KEYS,
	KEYS = GLOBAL_KEYS + INTERFACES_MAX * INTERFACE_KEYS,
};
#define KEY_INTERFACE(n) (GLOBAL_KEYS + (n) * INTERFACE_KEYS)

/* Where settings come from.  On a config drive, the password is a hash of crypt(5), and
 * the host name may have underscores; it is saved with them. */
enum { SAVED_SETTINGS, FIRST_PARTITION, CONFIG_DRIVE };

/* Value of each known key; NULL: missing.  Values point into the text of their file. */
struct settings {
	char *value[KEYS];
	smallint changed; /* set by set_value() */
	smallint source;
};

void set_value(struct settings *settings, int key, char *value) FAST_FUNC;

/* Returns the key of that name, or -1 if it is unknown */
int find_key(const char *name) FAST_FUNC;

/* Checks each value.  Bad values and list items go to report and are dropped.
 * Decodes the password, and converts MAC addresses to the form in struct card. */
void check_settings(struct settings *settings, struct report *report) FAST_FUNC;

/* Bit N is set if ethN has this key, or any key */
uint32_t interfaces_with(const struct settings *settings, int key) FAST_FUNC;
uint32_t interfaces_named(const struct settings *settings) FAST_FUNC;

/* Returns the value of a key as an address, or 0 if it is missing */
uint32_t address_of_key(const struct settings *settings, int key) FAST_FUNC;

/* Merges the settings of a fresh os.conf into the saved ones */
void merge_settings(struct settings *saved, const struct settings *fresh) FAST_FUNC;

/* Returns the settings, without the password, as the text of a settings file.
 * Caller frees. */
char *settings_to_text(const struct settings *settings) FAST_FUNC;

#endif
