/* vi: set sw=4 ts=4: */
/*
 * osconf: findings -> the text of os.conf.rejected, and messages.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += report.o
#include "report.h"
#include "message.h"

void FAST_FUNC report_line(struct report *report, const char *format, ...)
{
	va_list p;
	unsigned room = REPORT_SIZE - report->len;
	char *line;
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
	make_printable(line);
	strcpy(line + len, "\n");
	report->len += len + 1;
}

void FAST_FUNC print_report(const struct report *report, int what, const char *name)
{
	const char *line = report->text;

	while (line && *line) {
		const char *end = strchrnul(line, '\n');
		if (line[0] == '#')
			say(what, "%s: %.*s", name, (int)(end - line - 2), line + 2);
		line = end + 1;
	}
}
