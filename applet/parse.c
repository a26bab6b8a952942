/* vi: set sw=4 ts=4: */
/*
 * osconf: text of a settings file -> settings, the values of the known keys.
 * What a shell takes as a plain assignment means the same here, but nothing
 * is executed or expanded.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += parse.o
#include "parse.h"

enum { BAD_LINES_SHOWN = 8 };

/* Returns what follows NAME= ; NULL: s does not begin so */
static char *skip_name(const char *s)
{
	const char *end = endofname(s);

	return end != s && *end == '=' ? (char*)end + 1 : NULL;
}

/* A value without quotes goes to the end of the line, to a comment, or to the
 * next assignment; there may be spaces inside.  Returns its end */
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

/* Takes the next NAME=VALUE off a line, and cuts it up.  Returns its name; NULL:
 * the line ends here (*line is "" then), or goes on with something else. */
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

/* True if it can be a key's name, and not the base64 of something */
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
		/* the line is not shown: it may be a password's */
		if (*line && ++bad_lines <= BAD_LINES_SHOWN)
			report_line(report, "# line %u: not an assignment (key=value)%s", line_number,
				bad_lines == BAD_LINES_SHOWN ? ", and maybe others" : "");
	}
	return known;
}
