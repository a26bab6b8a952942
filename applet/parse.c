/* vi: set sw=4 ts=4: */
/*
 * osconf: text of a settings file -> settings, the values of the known keys.
 * Plain assignments mean the same as in a shell, but nothing is executed or
 * expanded.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += parse.o
#include "parse.h"

enum { SHOWN_MAX = 8 }; /* bad lines, unknown keys */

/* Returns what follows NAME=, or NULL if s does not begin with that */
static char *skip_name(const char *s)
{
	const char *end = endofname(s);

	return end != s && *end == '=' ? (char*)end + 1 : NULL;
}

/* Returns the end of an unquoted value: the end of the line, a comment, or the next
 * assignment.  The value may contain spaces */
static char *end_of_value(char *s)
{
	char *next;

	for (; *s; s = next) {
		next = skip_whitespace(s);
		if (next == s)
			next++;
		else if (!*next || *next == '#' || skip_name(next))
			break;
	}
	return s;
}

/* Splits the next NAME=VALUE off a line.  Returns its name, or NULL at the end of the
 * line or if a comment or something else follows, which is what *line is then. */
static char *take_assignment(char **line, char **value)
{
	char *name = skip_whitespace(*line);
	char *start = skip_name(name), *end;

	*line = name;
	if (!start)
		return NULL;
	if (*start == '"' || *start == '\'') {
		end = strchr(start + 1, *start);
		if (!end || (end[1] && !isspace(end[1])))
			return NULL;
		*line = end + 1;
		*value = start + 1;
	} else {
		end = end_of_value(start);
		*line = end + (*end != '\0');
		*value = end == start ? end : skip_whitespace(start);
	}
	start[-1] = '\0';
	*end = '\0';
	return name;
}

/* False if NAME= may be base64 with its padding, not the name of a key */
static int may_be_shown(const char *value)
{
	return *value && *value != '=';
}

/* Of saved settings, whose key or quotes somebody has edited: it has a hash */
static int may_be_entry(const char *s)
{
	return strstr(s, "$6$") != NULL;
}

/* Returns 1, or 0 if it is there already */
static int add_unknown(struct report *unknown, const char *name)
{
	unsigned len = unknown->len;

	report_line(unknown, "# %s: unknown key, ignored", name);
	if (strstr(unknown->text, unknown->text + len) == unknown->text + len)
		return 1;
	unknown->text[len] = '\0';
	unknown->len = len;
	return 0;
}

/* Skips UTF-8's byte order mark */
static char *skip_mark(char *text)
{
	return is_prefixed_with(text, "\xef\xbb\xbf") ? text + 3 : text;
}

int FAST_FUNC parse_text(char *text, size_t len, int source, struct settings *settings,
		struct report *report, struct report *unknown)
{
	char *line, *name, *value, *comments = NULL;
	int known = 0;
	unsigned line_number = 0, bad_lines = 0, unknown_keys = 0;

	memset(settings, 0, sizeof(*settings));
	settings->source = source;
	text[len] = '\0';
	if (strlen(text) != len)
		return -1;
	text = skip_mark(text);

	while ((line = strsep(&text, "\n")) != NULL) {
		line_number++;
		while ((name = take_assignment(&line, &value)) != NULL) {
			int key = find_key(name, source);

			if (key >= 0) {
				settings->value[key] = *value ? value : NULL;
				known++;
				continue;
			}
			settings->entries_refused |= may_be_entry(value);
			if (unknown_keys < SHOWN_MAX && may_be_shown(value) && add_unknown(unknown, name)) {
				if (++unknown_keys == SHOWN_MAX)
					report_line(unknown, "# there may be more unknown keys");
			}
		}
		if (*line == '#') {
			if (source != SAVED_SETTINGS || strcmp(line, settings_headline) == 0)
				continue;
			if (!comments)
				comments = settings->comments = xmalloc(len + 2);
			comments = stpcpy(stpcpy(comments, line), "\n");
		} else if (*line) {
			settings->entries_refused |= may_be_entry(line);
			/* don't show the line: it may contain a password */
			if (++bad_lines <= SHOWN_MAX)
				report_line(report, "# line %u: not an assignment (key=value)%s", line_number,
					bad_lines == SHOWN_MAX ? ", and maybe others" : "");
		}
	}
	settings->foreign = bad_lines || (unknown_keys && !known);
	return known;
}

void FAST_FUNC star_passwords(char *text, size_t len)
{
	char *copy = xmemdup(text, len + 1), *rest = skip_mark(copy);
	char *line, *name, *value;

	do {
		line = strsep(&rest, "\n");
		while ((name = take_assignment(&line, &value)) != NULL)
			if (find_key(name, FIRST_PARTITION) == KEY_PASSWORD)
				memset(text + (value - copy), '*', strlen(value));
	} while (rest);
	memset(copy, 0, len);
	barrier(); /* keeps the compiler from dropping memset() */
	free(copy);
}
