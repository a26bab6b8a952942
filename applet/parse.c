/* vi: set sw=4 ts=4: */
/*
 * osconf: text of a settings file -> settings, the values of the known keys.
 * What a shell takes as a plain assignment means the same here, but nothing
 * is executed or expanded.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += parse.o
#include "osconf.h"

enum { BAD_LINES_SHOWN = 8 };

/* MUST match the order of the keys in osconf.h */
static const char global_keys[] ALIGN1 =
	"hostname\0" "password\0" "dns_nameserver\0" "password_hash\0" "applied\0";
static const char interface_keys[] ALIGN1 =
	"ip_addr\0" "netmask\0" "gateway\0" "mac_addr\0" "route\0";

void FAST_FUNC report_line(struct report *report, const char *format, ...)
{
	va_list p;
	unsigned room = REPORT_SIZE - report->len;
	char *line, *s;
	unsigned len;

	if (!report->text)
		report->text = xmalloc(REPORT_SIZE);
	line = report->text + report->len;
	va_start(p, format);
	len = vsnprintf(line, room, format, p);
	va_end(p);
	if (len + 1 >= room) {
		*line = '\0';
		return;
	}
	/* it goes to a console: no escape sequences */
	for (s = line; *s; s++)
		if ((unsigned char)(*s - ' ') > '~' - ' ')
			*s = '?';
	strcpy(s, "\n");
	report->len += len + 1;
}

const char* FAST_FUNC take_number(const char *s, unsigned max, unsigned *number)
{
	const char *digits = s;

	*number = 0;
	while (isdigit(*s) && *number <= max)
		*number = *number * 10 + (*s++ - '0');
	if (s == digits || *number > max || (*digits == '0' && s > digits + 1))
		return NULL;
	return s;
}

static int find_key(const char *name)
{
	const char *s = is_prefixed_with(name, "eth");
	unsigned n;
	int key;

	if (s) {
		s = take_number(s, INTERFACES_MAX - 1, &n);
		if (!s || *s != '_')
			return -1;
		key = index_in_strings(interface_keys, s + 1);
		return key < 0 ? key : KEY_INTERFACE((int)n) + key;
	}
	return index_in_strings(global_keys, name);
}

char* FAST_FUNC key_name(int key, char name[KEY_NAME_SIZE])
{
	int eth = key - GLOBAL_KEYS;

	if (eth < 0)
		strcpy(name, nth_string(global_keys, key));
	else
		sprintf(name, "eth%d_%s", eth / INTERFACE_KEYS,
			nth_string(interface_keys, eth % INTERFACE_KEYS));
	return name;
}

/* Cuts a line up into key and value.  Returns the value; NULL: the line is
 * no assignment. */
static char *split_assignment(char *key)
{
	char *value = (char*)endofname(key);
	char *end, *rest;

	if (value == key || *value != '=')
		return NULL;
	*value++ = '\0';

	if (*value == '"' || *value == '\'') {
		end = strchr(value + 1, *value);
		if (!end)
			return NULL;
		value++;
		*end++ = '\0';
		rest = skip_whitespace(end);
		/* a comment begins at the beginning of a word */
		if (*rest && (*rest != '#' || rest == end))
			return NULL;
		return value;
	}
	for (end = value; (end = strchr(end, '#')) != NULL; end++) {
		if (end > value && isspace(end[-1])) {
			*end = '\0';
			break;
		}
	}
	trim(value);
	return value;
}

int FAST_FUNC parse_text(char *text, size_t len, struct settings *settings,
		struct report *report, struct report *unknown)
{
	char *end = text + len;
	int assignments = 0;
	unsigned line_number = 0, bad_lines = 0;

	memset(settings, 0, sizeof(*settings));
	*end = '\0';
	if (strlen(text) != len)
		return -1;
	if (is_prefixed_with(text, "\xef\xbb\xbf")) /* UTF-8's byte order mark */
		text += 3;

	while (text < end) {
		char *line = text, *assigned;
		int key;

		text = strchrnul(text, '\n');
		*text++ = '\0';
		line_number++;
		line = skip_whitespace(line);
		trim(line);
		if (!*line || *line == '#')
			continue;
		assigned = split_assignment(line);
		if (!assigned) {
			/* the line is not shown: it may be a password's */
			if (++bad_lines <= BAD_LINES_SHOWN)
				report_line(report, "# line %u is no assignment (key=value)%s", line_number,
					bad_lines == BAD_LINES_SHOWN ? ", and maybe others" : "");
			continue;
		}
		assignments++;
		key = find_key(line);
		if (key >= 0)
			settings->value[key] = *assigned ? assigned : NULL;
		else if (unknown)
			report_line(unknown, "# %s: unknown key, ignored", line);
	}
	return assignments;
}
