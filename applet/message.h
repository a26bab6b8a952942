/* vi: set sw=4 ts=4: */
/*
 * osconf: messages.  Every line that osconf prints goes through here.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_MESSAGE_H
#define OSCONF_MESSAGE_H 1

#include "common.h"

enum { SAY_ERROR, SAY_ERRNO, SAY_DONE };
int say(int what, const char *format, ...)
		__attribute__((format(printf, 2, 3))) FAST_FUNC;

/* What is wrong.  Both return -1; perror_msg() appends what errno says. */
#define error_msg(...)   say(SAY_ERROR, __VA_ARGS__)
#define perror_msg(...)  say(SAY_ERRNO, __VA_ARGS__)

/* What was done: silent with -q.  What was found and left as it is: only with -v. */
#define done_msg(...)    say(SAY_DONE, __VA_ARGS__)
#define verbose_msg(...) do { if (option_mask32 & OPT_verbose) done_msg(__VA_ARGS__); } while (0)

/* Makes text fit for a console: no escape sequences, nothing above ASCII */
void make_printable(char *text) FAST_FUNC;

#endif
