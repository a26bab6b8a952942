/* vi: set sw=4 ts=4: */
/*
 * osconf: settings -> files that can be worked out from them.
 * No other state is kept: a file that differs is written.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += converge.o
#include "converge.h"
#include "message.h"
#include "value.h"

#define HOSTS_MARK " # osconf"

/* text: the wanted contents */
static void replace_if_different(struct batch *batch, struct file *file, const char *text)
{
	if (is_text(file, text)) {
		verbose_msg("%s is as it should be", file->name);
		text = file->text;
	}
	replace_later(batch, file, text, 0);
}

/* Copies the lines of old that are not osconf's.  Returns the end of new */
static char *copy_others(char *new, const char *old, int (*is_ours)(const char *line, size_t len))
{
	while (old && *old) {
		const char *end = strchrnul(old, '\n');

		if (!is_ours(old, end - old)) {
			new = mempcpy(new, old, end - old);
			*new++ = '\n';
		}
		old = *end ? end + 1 : end;
	}
	*new = '\0';
	return new;
}

/* hostname(5).  A link into /proc is right as soon as the name is set */
static int converge_hostname(const char *hostname, struct batch *batch)
{
	struct file file;

	if (find_to_replace(&file, "/etc/hostname") != 0)
		return -1;
	if (file.path.top == TOP_PROC)
		return 0;
	if (read_found_text(&file) != 0)
		return -1;
	replace_if_different(batch, &file, xasprintf("%s\n", hostname));
	return 0;
}

static int is_our_host(const char *line, size_t len)
{
	enum { LEN = sizeof(HOSTS_MARK) - 1 };

	len -= (len && line[len - 1] == '\r');
	return len >= LEN && memcmp(line + len - LEN, HOSTS_MARK, LEN) == 0;
}

/* hosts(5): canonical name, then aliases.  Uses the lowest interface's address */
static int converge_hosts(const char *hostname, const struct settings *settings, struct batch *batch)
{
	uint32_t with_address = interfaces_with(settings, IP_ADDR);
	size_t label_len = strcspn(hostname, ".");
	struct file file;
	char *text, *p;

	if (read_to_replace(&file, "/etc/hosts") != 0)
		return -1;
	p = text = xmalloc((file.text ? file.len : 0) + 2 * strlen(hostname) + sizeof("\n255.255.255.255  " HOSTS_MARK "\n"));
	p = copy_others(p, file.text, is_our_host);
	if (with_address) {
		p += sprintf(p, "%s %s", settings->value[KEY_INTERFACE(ffs(with_address) - 1) + IP_ADDR], hostname);
		if (hostname[label_len])
			p += sprintf(p, " %.*s", (int)label_len, hostname);
		strcpy(p, HOSTS_MARK "\n");
	}
	if (file.text || *text)
		replace_if_different(batch, &file, text);
	return 0;
}

static int is_nameserver(const char *line, size_t len)
{
	enum { LEN = sizeof("nameserver") - 1 };

	return len > LEN && is_prefixed_with(line, "nameserver") && isblank(line[LEN]);
}

/* Finds a name of /etc itself, not where it leads */
static int find_in_etc(struct file *file, const char *name)
{
	struct path etc;
	int failed = walk(&etc, FROM_ROOT, "/etc/.");

	if (!failed)
		failed = find_file(file, etc.dir, name + sizeof("/etc/") - 1);
	file->name = name;
	return failed;
}

/* The kernel writes name servers to /proc/net/pnp, and links to it are common
 * (Documentation/admin-guide/nfs/nfsroot.rst).  Nobody can write there, nor to a device:
 * the link itself is replaced. */
static int find_resolv_conf(struct file *file)
{
	static const char name[] ALIGN1 = "/etc/resolv.conf";
	mode_t mode;

	if (find_to_replace(file, name) != 0)
		return -1;
	mode = file->path.st.st_mode;
	if (file->path.top != TOP_PROC && !S_ISCHR(mode) && !S_ISBLK(mode))
		return read_found_text(file);
	notice_msg("%s: leads to where nothing can be written, using a file instead", name);
	return find_in_etc(file, name);
}

/* resolv.conf(5).  Other lines (search, options) are kept */
static int converge_nameservers(const char *servers, struct batch *batch)
{
	struct file file;
	const char *item;
	char *text, *p;
	uint32_t address;

	if (find_resolv_conf(&file) != 0)
		return -1;
	/* "1.1.1.1 " becomes "nameserver 1.1.1.1\n" */
	p = text = xmalloc((file.text ? file.len : 0) + 3 * strlen(servers) + sizeof("\nnameserver 255.255.255.255\n"));
	p = copy_others(p, file.text, is_nameserver);
	while (next_address(&servers, &item, &address) > 0)
		p += sprintf(p, "nameserver "ADDRESS_FORMAT"\n", ADDRESS_ARGS(address));
	replace_if_different(batch, &file, text);
	return 0;
}

int FAST_FUNC converge_files(const struct settings *settings, const struct place *place, struct batch *batch)
{
	const char *hostname = settings->value[KEY_HOSTNAME];
	const char *servers = settings->value[KEY_DNS_NAMESERVER];
	int failed = 0;

	/* not needed on a read-only root: the name is set at every boot */
	if (hostname && !place->etc_read_only) {
		failed |= converge_hostname(hostname, batch);
		failed |= converge_hosts(hostname, settings, batch);
	}
	if (servers)
		failed |= converge_nameservers(servers, batch);
	return failed;
}
