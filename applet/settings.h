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
	KEY_MOVED,          /* the same of an os.conf.saved */
	GLOBAL_KEYS,
	IP_ADDR = 0,
	NETMASK,
	GATEWAY,
	MAC_ADDR,
	ROUTE,
	INTERFACE_KEYS,
	KEYS = GLOBAL_KEYS + INTERFACES_MAX * INTERFACE_KEYS,
};
#define KEY_INTERFACE(n) (GLOBAL_KEYS + (n) * INTERFACE_KEYS)

/* Each known key's value; NULL: it is not named.  They point into the text of
 * their file. */
struct settings {
	char *value[KEYS];
	smallint changed; /* by set_value() */
};

void set_value(struct settings *settings, int key, char *value) FAST_FUNC;

/* Returns the known key of that name; -1: there is none */
int find_key(const char *name) FAST_FUNC;

/* Checks each value.  What is wrong goes to report, and is not named then; the
 * password is decoded, a MAC address is made what struct card has. */
void check_settings(struct settings *settings, struct report *report) FAST_FUNC;

/* Bit N: ethN has this key; has any key */
uint32_t interfaces_with(const struct settings *settings, int key) FAST_FUNC;
uint32_t interfaces_named(const struct settings *settings) FAST_FUNC;

/* The address that is a key's value; 0: not named */
uint32_t address_of_key(const struct settings *settings, int key) FAST_FUNC;

/* Adds what a fresh os.conf says to the saved settings */
void merge_settings(struct settings *saved, const struct settings *fresh) FAST_FUNC;

/* Returns settings, without the password, as the text of a settings file, in
 * memory of its own */
char *settings_to_text(const struct settings *settings) FAST_FUNC;

#endif
