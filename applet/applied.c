/* vi: set sw=4 ts=4: */
/*
 * osconf: settings, name and text of a file -> whether it has been applied.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += applied.o
#include "applied.h"
#include "hash.h"

static char *next_entry(char *entry)
{
	entry = strchrnul(entry, ';');
	return entry + strspn(entry, "; ");
}

static char *list_of(const struct settings *settings)
{
	char *list = settings->value[KEY_APPLIED];

	return list ? list : (char*)"";
}

/* Returns the entry "NAME HASH", or NULL */
static char *find_entry(char *list, const char *name)
{
	size_t len = strlen(name);

	for (; *list; list = next_entry(list))
		if (strncmp(list, name, len) == 0 && list[len] == ' ')
			return list;
	return NULL;
}

int FAST_FUNC has_entry(const struct settings *settings, const char *name, const char *text, size_t len)
{
	const char *hash = find_entry(list_of(settings), name);
	char *digest;
	int same;

	if (!text || !hash)
		return 0;
	hash = strchr(hash, '$');
	digest = digest_text(text, len, hash);
	if (!digest)
		return -1;
	same = (is_prefixed_with(hash, digest) != NULL);
	free(digest);
	return same;
}

char* FAST_FUNC entry_digest(const struct settings *settings, const char *text, size_t len)
{
	return digest_text(text, len, strchr(list_of(settings), '$'));
}

void FAST_FUNC set_entry(struct settings *settings, const char *name, const char *digest)
{
	/* other settings may have the same list */
	char *list = xstrdup(list_of(settings)), *entry = find_entry(list, name);

	if (entry)
		overlapping_strcpy(entry, next_entry(entry));
	entry = strchr(list, '\0');
	if (entry != list && entry[-1] == ';')
		entry[-1] = '\0';
	if (digest)
		list = xasprintf("%s %s%s%s", name, digest, *list ? ";" : "", list);
	settings->value[KEY_APPLIED] = *list ? list : NULL;
}

char* FAST_FUNC with_other_end(const char *text)
{
	char *copy = xstrdup(text);
	char *last = copy + strlen(copy) - 1;

	*last = (*last == '0' ? '1' : '0');
	return copy;
}

int FAST_FUNC names_entry(const struct settings *settings, const char *name)
{
	return find_entry(list_of(settings), name) != NULL;
}

static void take_old_entry(struct settings *settings, int key, const char *name)
{
	const char *hash = settings->value[key];

	settings->value[key] = NULL;
	if (hash)
		set_entry(settings, name, strchr(hash, '$'));
}

void FAST_FUNC take_old_entries(struct settings *settings)
{
	const char *list = settings->value[KEY_APPLIED];

	if (list && list[0] == '$') /* the hash alone */
		take_old_entry(settings, KEY_APPLIED, OSCONF_FILE);
	take_old_entry(settings, KEY_OLD_MOVED, SAVED_RELATIVE);
	IF_FEATURE_OSCONF_CONFIG_DRIVE(take_old_entry(settings, KEY_OLD_DRIVE, DRIVE_FILE);)
}
