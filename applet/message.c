/* vi: set sw=4 ts=4: */
/*
 * osconf: a message -> stderr and, at boot, every console of the kernel.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += message.o
#include <sys/sysmacros.h>
#include "message.h"

enum {
	LINE_SIZE   = 512,
	LEVEL_ERROR = 3, /* "quiet" hides 4 and above */
	LEVEL_DONE  = 6,
	LEVEL_LEN   = sizeof("<3>") - 1,
};

void FAST_FUNC make_printable(char *text)
{
	for (; *text; text++)
		if ((unsigned char)(*text - ' ') > '~' - ' ')
			*text = '?';
}

/* Returns the console log level, or 0 if it can't be read: messages below it are shown
 * on the consoles.  Documentation/admin-guide/sysctl/kernel.rst, printk */
static int console_loglevel(void)
{
	char text[16] = "";

	open_read_close("/proc/sys/kernel/printk", text, sizeof(text) - 1);
	return atoi(text);
}

/* Returns true if the kernel shows the line on all of its consoles.
 * Opens /dev/kmsg for each line: the kernel accepts ten lines in five seconds from
 * one descriptor (printk_devkmsg) */
static int write_kmsg(const char *line, unsigned len)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_APPEND);
	int written;

	if (fd < 0)
		return 0;
	written = (write(fd, line, len) == (ssize_t)len);
	close(fd);
	return written && line[1] - '0' < console_loglevel();
}

/* Lines on a terminal are not logged: somebody reads them there.  On /dev/console they
 * are, and a line that the kernel shows is not written again.
 * Documentation/admin-guide/devices.txt: /dev/console is 5, 1. */
static void write_line(const char *line, unsigned len)
{
	struct stat st;
	int on_console, shown = 0;

	if (fstat(STDERR_FILENO, &st) != 0)
		st.st_rdev = 0;
	on_console = (st.st_rdev == makedev(5, 1));
	if (!(option_mask32 & (OPT_dry_run | OPT_file | OPT_root))
	 && (on_console || !isatty(STDERR_FILENO))
	) {
		shown = write_kmsg(line, len);
	}
	if (!shown || !on_console)
		full_write(STDERR_FILENO, line + LEVEL_LEN, len - LEVEL_LEN);
}

/* Returns the text for errno.  Not every C library has one for a damaged file system */
static const char *error_text(void)
{
	return errno == EUCLEAN || errno == EBADMSG
		? "the file system is damaged" : strerror(errno);
}

int FAST_FUNC say(int what, const char *format, ...)
{
	const char *reason = what == SAY_ERRNO ? error_text() : NULL;
	char line[LINE_SIZE];
	unsigned len;
	va_list p;

	if (what >= SAY_NOTICE && (option_mask32 & OPT_quiet))
		return 0;
	len = sprintf(line, "<%u>osconf: ", what == SAY_DONE ? LEVEL_DONE : LEVEL_ERROR);
	va_start(p, format);
	vsnprintf(line + len, LINE_SIZE - len, format, p);
	va_end(p);
	len = strlen(line);
	if (reason)
		snprintf(line + len, LINE_SIZE - len, ": %s", reason);
	make_printable(line);
	len = strlen(line);
	line[len++] = '\n'; /* instead of the NUL byte */
	write_line(line, len);
	return -1;
}
