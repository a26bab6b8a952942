/* vi: set sw=4 ts=4: */
/*
 * osconf: settings, name and text of a file -> whether it has been applied.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += applied.o
#include "applied.h"
#include "hash.h"

/* An item is the name, a space and the hash */
static int is_named(const char *item, const char *hash, const char *name)
{
	size_t len = strlen(name);

	return hash == item + len + 1 && strncmp(item, name, len) == 0;
}

int FAST_FUNC has_entry(const struct settings *settings, const char *name, const char *text, size_t len)
{
	const char *list = settings->value[KEY_APPLIED], *item, *hash;
	char *digest;
	int same = 0;

	while (text && list && next_applied(&list, &item, &hash) > 0) {
		if (!is_named(item, hash, name))
			continue;
		digest = digest_text(text, len, hash);
		same = (digest && is_prefixed_with(hash, digest));
		free(digest);
	}
	return same;
}

char* FAST_FUNC entry_digest(const struct settings *settings, const char *text, size_t len)
{
	const char *list = settings->value[KEY_APPLIED], *item, *hash = NULL;

	if (list)
		next_applied(&list, &item, &hash);
	return digest_text(text, len, hash);
}

void FAST_FUNC set_entry(struct settings *settings, const char *name, const char *digest)
{
	const char *list = settings->value[KEY_APPLIED], *item, *hash;
	char *new, *p;

	if (!list)
		list = "";
	p = new = xmalloc(strlen(list) + strlen(name) + (digest ? strlen(digest) : 0) + sizeof("; ;"));
	while (next_applied(&list, &item, &hash) > 0)
		if (!is_named(item, hash, name))
			p += sprintf(p, "%.*s;", (int)(list - item), item);
	if (digest)
		p += sprintf(p, "%s %s;", name, digest);
	settings->value[KEY_APPLIED] = NULL;
	if (p != new) {
		p[-1] = '\0';
		settings->value[KEY_APPLIED] = new;
	}
}

int FAST_FUNC has_drive_entry(const struct settings *settings)
{
	const char *list = settings->value[KEY_APPLIED];

	return list && strstr(list, DRIVE_FILE " ");
}

static void take_old_entry(struct settings *settings, int key, const char *name)
{
	const char *hash = settings->value[key];

	settings->value[key] = NULL;
	if (hash)
		set_entry(settings, name, hash);
}

void FAST_FUNC take_old_entries(struct settings *settings)
{
	const char *list = settings->value[KEY_APPLIED];

	if (list && list[0] == '$') /* the hash alone */
		take_old_entry(settings, KEY_APPLIED, OSCONF_FILE);
	take_old_entry(settings, KEY_OLD_MOVED, SAVED_RELATIVE);
	IF_FEATURE_OSCONF_CONFIG_DRIVE(take_old_entry(settings, KEY_OLD_DRIVE, DRIVE_FILE);)
}
