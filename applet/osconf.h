/* vi: set sw=4 ts=4: */
/*
 * osconf: a minimal image becomes the instance that os.conf describes.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 *
 * The way of the data, a file for each stage:
 *
 *   partition.c   the first partition, mounted       -> directory of os.conf
 *   read.c        saved settings, os.conf            -> their text; settings
 *     parse.c       text                             -> settings: values of the known keys
 *     settings.c    settings                         -> checked; merged; as text again
 *   kernel.c      what the kernel has now            -> cards, addresses, routes
 *   cards.c       described interfaces               -> the cards that they are
 *   store.c       settings                           -> files, durably; os.conf consumed
 *     password.c    password                         -> hash, in /etc/shadow
 *   plan.c        settings and what the kernel has   -> steps: what is missing
 *   run.c         steps                              -> run in this process
 *   backend*.c    steps                              -> files of another network system
 *
 * osconf.c calls them one after another; no stage calls back.  check*.c, for -c,
 * stand apart, and so does alone.c, for a program that is osconf alone.
 * Parse, settings and plan do no I/O.
 * Addresses and masks are in host byte order all the way.
 */
#ifndef OSCONF_H
#define OSCONF_H 1

#include "libbb.h"
#include <net/if.h>
#include <sys/utsname.h>

PUSH_AND_SET_FUNCTION_VISIBILITY_TO_HIDDEN

enum {
	OSCONF_SIZE_MAX = 64 * 1024,      /* a larger os.conf is refused */
	SAVED_SIZE_MAX  = 4 * 1024 * 1024, /* merges of os.conf files can add up */
	INTERFACES_MAX  = 32,             /* eth0 to eth31 */
	MAC_SIZE        = sizeof("00:8c:fa:5e:14:23"),
	COMMAND_SIZE    = 128,            /* the longest command of a plan fits */
	WAIT_STEP_MS    = 50,             /* between two looks for what is not there yet */
	REPORT_SIZE     = 2 * 64 * 1024,  /* os.conf.rejected and its comments */
};

#define OSCONF_DIR   "aliyun_custom_image"
#define OSCONF_FILE  "os.conf"

/* Options, in the order of getopt32's string */
enum {
	OPT_dry_run = 1 << 0,
	OPT_quiet   = 1 << 1,
	OPT_verbose = 1 << 2,
	OPT_device  = 1 << 3,
	OPT_file    = 1 << 4,
	OPT_saved   = 1 << 5,
	OPT_root    = 1 << 6,
	OPT_wait    = 1 << 7,
	OPT_backend = (1 << 8) * ENABLE_FEATURE_OSCONF_BACKENDS,
	OPT_check   = (1 << (8 + ENABLE_FEATURE_OSCONF_BACKENDS)) * ENABLE_FEATURE_OSCONF_CHECK,
};

/* What was done, for the console: silent with -q.  What went wrong is
 * bb_error_msg()'s, always. */
#define done_msg(...)    do { if (!(option_mask32 & OPT_quiet)) bb_error_msg(__VA_ARGS__); } while (0)
#define verbose_msg(...) do { if (option_mask32 & OPT_verbose) bb_error_msg(__VA_ARGS__); } while (0)


/*** partition.c ***/

/* Mounts whichever of /proc, /sys and /dev is not mounted yet, in a mount
 * namespace of our own. */
void mount_kernel_filesystems(void) FAST_FUNC;

/* Finds the first partition, mounts it in a mount namespace of our own and
 * opens its directory OSCONF_DIR.
 * spec: UUID=, LABEL=, a block device or a directory where the partition is
 * mounted; NULL: partition 1 of the root's disk, else of the first disk that
 * has the directory.  Waits up to wait_ms milliseconds for it to appear.
 * Returns a descriptor; -1 after saying what is wrong. */
int open_osconf_dir(const char *spec, unsigned wait_ms) FAST_FUNC;

enum {
	NAME_SIZE = 32, /* of a block device: DISK_NAME_LEN of the kernel */
	DEVICE_SIZE = sizeof("/dev/") + NAME_SIZE + sizeof("p1"),
};

/* Returns 0; -1 after saying what is wrong.  A second time, it does nothing */
int enter_namespace(void) FAST_FUNC;

/* Finds the disk that / is on.  Returns false: it is on none (initramfs,
 * overlay, network) */
int root_disk(char disk[NAME_SIZE]) FAST_FUNC;

/* The device of partition 1 of a disk.  Returns false: it has none */
int first_partition_of(const char *disk, char device[DEVICE_SIZE]) FAST_FUNC;

/* The device's file for a name in sysfs */
void device_of(const char *name, char device[DEVICE_SIZE]) FAST_FUNC;

/* Returns the type of a device's file system by its superblock: vfat, ext2,
 * ext3, ext4, or ufstype=...; NULL: none that we know.  If spec is not NULL,
 * only if it is its UUID= or LABEL=. */
const char *file_system_type(const char *device, const char *spec) FAST_FUNC;

/* Mounts a device of that type where nobody else sees it and opens its root;
 * flags: mount(2).  Returns a descriptor that holds the mount; -1, errno is set */
int open_mounted(const char *device, const char *type, int flags) FAST_FUNC;

/* What errno says of a mount or of a file on the partition */
const char *file_system_error(void) FAST_FUNC;


/*** parse.c ***/

/* Known keys.  Those of interface N are KEY_INTERFACE(N) + IP_ADDR, ... */
enum {
	KEY_HOSTNAME,
	KEY_PASSWORD,
	KEY_DNS_NAMESERVER,
	KEY_PASSWORD_HASH,  /* saved settings only: what is in /etc/shadow */
	KEY_APPLIED,        /* saved settings only: digest of an os.conf that can't be removed */
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
#define KEY_NAME_SIZE sizeof("dns_nameserver")

/* What is wrong with a file: each finding a line that begins with '#', then
 * the assignment that was refused, if it may be shown.  This is also what
 * os.conf.rejected holds. */
struct report {
	char *text; /* of REPORT_SIZE; NULL: nothing was wrong */
	unsigned len; /* what does not fit is dropped */
};
void report_line(struct report *report, const char *format, ...)
		__attribute__((format(printf, 2, 3))) FAST_FUNC;

/* Settings are texts: each known key's value; NULL: it is not named.  They
 * point into the text of their file. */
struct settings {
	char *value[KEYS];
};

/* Finds the assignments in text, cuts them up in place (text[len] must be
 * writable) and takes each known key's last value, unless that is empty.
 * Lines that are no assignment go to report, unknown keys to unknown (which
 * may be NULL).  Returns the number of assignments, known or not; -1: there
 * is a NUL byte in it. */
int parse_text(char *text, size_t len, struct settings *settings,
		struct report *report, struct report *unknown) FAST_FUNC;

/* Writes the name of a known key into name; returns name */
char *key_name(int key, char name[KEY_NAME_SIZE]) FAST_FUNC;

/* Reads a decimal number from 0 to max, without leading zeros.
 * Returns what follows it; NULL: there is none. */
const char *take_number(const char *s, unsigned max, unsigned *number) FAST_FUNC;


/*** settings.c ***/

/* Checks each value.  What is wrong goes to report, and is not named then; the
 * password is decoded, a MAC address is made what card.mac_addr is. */
void settings_check(struct settings *settings, struct report *report) FAST_FUNC;

/* Bit N: ethN has this key; has any key */
uint32_t interfaces_with(const struct settings *settings, int key) FAST_FUNC;
uint32_t interfaces_named(const struct settings *settings) FAST_FUNC;

/* Adds what a fresh os.conf says to the saved settings */
void settings_merge(struct settings *saved, const struct settings *fresh) FAST_FUNC;

/* Returns settings, without the password, as the text of a settings file, in
 * memory of its own */
char *settings_to_text(const struct settings *settings) FAST_FUNC;

/* Settings as numbers: the address of a key; 0: not named */
uint32_t address_of_key(const struct settings *settings, int key) FAST_FUNC;

/* Take the next route or address off a list.
 * Return 1; 0: no more; -1: it is none (*list is behind it, *item at it). */
struct route {
	uint32_t destination, netmask, gateway;
};
int next_route(const char **list, const char **item, struct route *route) FAST_FUNC;
int next_address(const char **list, const char **item, uint32_t *address) FAST_FUNC;

#define ADDRESS_FORMAT   "%u.%u.%u.%u"
#define ADDRESS_ARGS(a)  (a) >> 24, ((a) >> 16) & 0xff, ((a) >> 8) & 0xff, (a) & 0xff
unsigned prefix_len(uint32_t netmask) FAST_FUNC;


/*** read.c ***/

/* Where things are */
struct place {
	int osconf_dir;        /* -1: there is none */
	const char *saved;     /* the saved settings; a relative name is in osconf_dir */
	smallint saved_moves;  /* they were read in osconf_dir, and are to be saved in /etc */
	smallint shadow_lasts; /* /etc/shadow is there again, as it was, at the next boot */
};

#define SAVED_ABSOLUTE "/etc/os.conf"
#define SAVED_RELATIVE OSCONF_FILE ".saved"

/* Finds out what lasts, and so where settings are saved, unless that is given
 * (NULL: not) */
void find_place(struct place *place, const char *saved) FAST_FUNC;
int is_relative(const struct place *place) FAST_FUNC;
int is_read_only(int fd) FAST_FUNC;

struct settings_file {
	const char *name;      /* for messages */
	char *text;            /* NULL: there is none.  settings point into it */
	size_t len;
	smallint valid;        /* it could be parsed */
	smallint applied;      /* it was, at an earlier boot, but can't be removed */
	struct report report;  /* what is wrong with it */
	struct settings settings;
};

/* Each returns 0, also where there is no file; -1 after saying what is wrong.
 * What can be used is used all the same. */
int read_saved(struct settings_file *saved, struct place *place) FAST_FUNC;
/* os.conf; applied: the digest of one that has been applied (NULL: none) */
int read_osconf(struct settings_file *fresh, const char *applied, int osconf_dir) FAST_FUNC;
/* Another file, which must be there */
int read_given_file(struct settings_file *fresh, const char *file) FAST_FUNC;
/* Understands fresh, and adds it to saved->settings */
int merge_fresh(struct settings_file *saved, struct settings_file *fresh) FAST_FUNC;

/* The password is in it */
void wipe_text(struct settings_file *file) FAST_FUNC;


/*** kernel.c ***/

struct card {
	char name[IFNAMSIZ];
	char mac_addr[MAC_SIZE]; /* lower case, with colons */
	smallint loopback;
	smallint up;
	smallint keeps_routes; /* plan's own */
	smallint number;       /* N: its name is ethN; -1: another */
	smallint eth;          /* N: this is the ethN of the settings; -1: none */
	uint32_t ip_addr, netmask; /* of the first address; 0: none */
	uint32_t new_ip_addr, new_netmask; /* plan's own: what the settings say */
};
struct address {
	char label[IFNAMSIZ];  /* the card's name, or an alias like eth0:1 */
	const struct card *card;
};
struct kernel_route {
	struct route route;
	unsigned metric;
	const struct card *card;
	int next;              /* in the same bucket of plan's table; -1: none */
	smallint wanted;
};
struct kernel {
	int fd;                /* a socket; -1: none yet */
	unsigned cards, addresses, routes;
	struct card *card;
	struct address *address;    /* of all cards */
	struct kernel_route *route; /* of the cards that are described */
	struct utsname uts;    /* for the host name */
};

/* Reads which cards there are; again: as it is now.  Returns 0; -1: some
 * can't be read, the first look says which */
int kernel_read_cards(struct kernel *kernel) FAST_FUNC;

/* Reads host name, addresses, and the routes of cards that are described.
 * kernel->fd is free then: the lowest number that is. */
void kernel_read_state(struct kernel *kernel) FAST_FUNC;

/* True if a device is behind a card: it is no bridge, VLAN, ... */
int is_physical(const struct card *card) FAST_FUNC;

/* The kernel of a machine that has the described cards and nothing set up */
void kernel_untouched(struct kernel *kernel, const struct settings *settings) FAST_FUNC;


/*** cards.c ***/

/* Gives each described interface its card (card.eth); waits up to wait_ms
 * milliseconds for those that are not there.
 * If fresh (os.conf) names a MAC address that no card has, the card with the
 * interface's name is taken, unless it is somebody else's, and its MAC
 * address put into settings: an instance that can't be reached is worse.
 * Saved settings are never applied so: they may be those of the instance
 * from which this image was made.
 * Returns 0; -1 after saying which cards are not there. */
int find_cards(struct settings *settings, struct kernel *kernel,
		const struct settings_file *fresh, unsigned wait_ms) FAST_FUNC;


/*** plan.c ***/

struct step {
	enum { STEP_HOSTNAME, STEP_NO_ALIAS, STEP_NO_ADDRESS, STEP_ADDRESS, STEP_ROUTE, STEP_NO_ROUTE } what;
	const char *name;      /* host name, or the card's, or the alias's */
	struct route route;    /* of STEP_ADDRESS: the address and its netmask */
	unsigned metric;
};
struct plan {
	struct step *step;
	unsigned steps;
};

/* Works out what is missing in the kernel.  Frees nothing; steps point into
 * settings and kernel. */
void make_plan(struct plan *plan, const struct settings *settings,
		struct kernel *kernel) FAST_FUNC;

/* Writes a step as the busybox command that does it */
void step_command(const struct step *step, char command[COMMAND_SIZE]) FAST_FUNC;

/* Writes a STEP_ROUTE as ip(8) takes it: 10.0.0.0/8 via 10.0.0.1 */
void step_ip_route(const struct step *step, char words[COMMAND_SIZE]) FAST_FUNC;

/* Writes a step as the console shows it when it is done */
void step_message(const struct step *step, char message[COMMAND_SIZE]) FAST_FUNC;


/*** store.c ***/

/* The commit point: makes all that osconf keeps durable, one after another;
 * when nothing has failed, consumes os.conf.
 * backend, plan: see store_network().
 * Returns 0; -1 after saying what is wrong: then os.conf is still there, and
 * the next run does it again. */
int commit_settings(struct settings *merged, const struct settings_file *fresh,
		const struct place *place, int backend, const struct plan *plan) FAST_FUNC;

/* Wipes and removes what a commit_settings() that was cut off has left of an os.conf */
int wipe_leftover(int osconf_dir) FAST_FUNC;

/* Replace a file, or what it is a link to; remove one.  A relative name is in
 * the directory dir, and no link.  Both are durable when they return 0; -1
 * after saying what is wrong: the old file is there as it was. */
int replace_file(int dir, const char *name, const char *text, mode_t mode) FAST_FUNC;
int remove_path(const char *path) FAST_FUNC;

/* Makes the name of a file durable that others have replaced.  Returns 0; -1 */
int sync_path(const char *path) FAST_FUNC;


/*** password.c ***/

/* Decodes base64 (RFC 4648, strictly) in place into a password without its
 * trailing newline.  Returns 0; -1: it is not base64, or empty, or has a NUL
 * or a newline inside. */
int password_decode(char *base64) FAST_FUNC;

/* True if hash is one of sha512-crypt */
int is_password_hash(const char *hash) FAST_FUNC;

/* Returns a sha512-crypt hash of a password, in memory of its own; like's
 * salt is used if like is such a hash, else a new one */
char *password_hash(const char *password, const char *like) FAST_FUNC;

/* A digest of a settings file's text, in memory of its own; like: likewise */
char *digest_text(const char *text, size_t len, const char *like) FAST_FUNC;

/* Gives root a password, in clear or as a hash (the other is NULL), unless
 * it has that already.  Returns its hash; NULL after saying what is wrong. */
char *set_root_password(const char *password, const char *hash) FAST_FUNC;


/*** backend.c, backend_ifupdown.c, backend_sysconfig.c ***/

/* Who brings the network up.  MUST match the names in backend_of() */
enum {
	BACKEND_LIVE,                 /* osconf itself, by run_plan() */
	BACKEND_IFUPDOWN,
	BACKEND_SYSCONFIG = BACKEND_LIVE + ENABLE_FEATURE_OSCONF_IFUPDOWN + 1,
};
int backend_of(const char *name) FAST_FUNC;

/* Writes a plan, made for a machine where nothing is set up, into the files of
 * a backend, durably; what osconf has written into those of others is removed.
 * With -n the text is printed.  Returns 0; -1 after saying what is wrong. */
int store_network(int backend, const struct plan *plan) FAST_FUNC;

/* The same for one backend; a plan without steps removes all that is osconf's */
int store_ifupdown(const struct plan *plan) FAST_FUNC;
int store_sysconfig(const struct plan *plan) FAST_FUNC;

/* The part of a file that osconf owns */
struct section {
	const char *path;
	char *old;     /* the whole file; NULL: there is none */
	char *rest;    /* what is not osconf's */
	mode_t mode;
	smallint had;  /* it has such a section */
};

/* Each returns 0; -1 after saying what is wrong.
 * section_close() replaces the section by lines, none if they are "", and
 * frees all.  A file of which nothing is left is removed. */
int section_open(struct section *section, const char *path) FAST_FUNC;
int section_close(struct section *section, const char *lines) FAST_FUNC;


/*** run.c ***/

/* Runs an applet's main (argv[0] is its name) in this process and survives
 * it.  It may write into argv.  Returns its exit status. */
int run_applet(int (*applet_main)(int argc, char **argv), char **argv) FAST_FUNC;

/* Runs the steps of a plan, or prints them.  free_fd: the lowest descriptor
 * that is free.  Returns 0; -1 after saying which failed. */
int run_plan(const struct plan *plan, int free_fd) FAST_FUNC;


/*** check.c, check_root.c: osconf -c, beside the way of the data ***/

/* Checks an image file, a block device, a directory or, if target is NULL,
 * the running system.  Returns the exit status: 1 if a rule is broken */
int check_image(const char *target) FAST_FUNC;

/* Prints the verdict on one rule */
enum { CHECK_OK, CHECK_FAIL, CHECK_UNKNOWN };
void check_verdict(int what, const char *format, ...)
		__attribute__((format(printf, 2, 3))) FAST_FUNC;

/* The rules for a root file system.  root, first_fd: descriptors of its root
 * and of partition 1's (-1: none); first_partition: the latter's device (NULL:
 * not known). */
void check_root(int root, int first_fd, const char *first_partition) FAST_FUNC;

POP_SAVED_FUNCTION_VISIBILITY

#endif
