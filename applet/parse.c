/* vi: set sw=4 ts=4: */
/*
 * osconf: text of a settings file -> settings, the values of the known keys.
 * Plain assignments mean the same as in a shell, but nothing is executed or
 * expanded.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += parse.o
#include "parse.h"

enum { BAD_LINES_SHOWN = 8 };

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
 * line (*line is "" then) or if something else follows. */
static char *take_assignment(char **line, char **value)
{
	char *name = skip_whitespace(*line);
	char *start = skip_name(name), *end;

	*line = name;
	if (*name == '#')
		*name = '\0';
	if (!start)
		return NULL;
	start[-1] = '\0';
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
	*end = '\0';
	return name;
}

/* False if NAME= may be base64 with its padding, not the name of a key */
static int may_be_shown(const char *value)
{
	return *value && *value != '=';
}

int FAST_FUNC parse_text(char *text, size_t len, struct settings *settings,
		struct report *report, struct report *unknown)
{
	char *end = text + len;
	int known = 0;
	unsigned line_number = 0, bad_lines = 0;

	memset(settings, 0, sizeof(*settings));
	*end = '\0';
	if (strlen(text) != len)
		return -1;
	if (is_prefixed_with(text, "\xef\xbb\xbf")) /* UTF-8's byte order mark */
		text += 3;

	while (text < end) {
		char *line = text, *name, *value;

		text = strchrnul(text, '\n');
		*text++ = '\0';
		line_number++;
		while ((name = take_assignment(&line, &value)) != NULL) {
			int key = find_key(name);

			if (key >= 0) {
				settings->value[key] = *value ? value : NULL;
				known++;
			} else if (unknown && may_be_shown(value)) {
				report_line(unknown, "# %s: unknown key, ignored", name);
			}
		}
		/* don't show the line: it may contain a password */
		if (*line && ++bad_lines <= BAD_LINES_SHOWN)
			report_line(report, "# line %u: not an assignment (key=value)%s", line_number,
				bad_lines == BAD_LINES_SHOWN ? ", and maybe others" : "");
	}
	return known;
}
