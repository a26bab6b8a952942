/* vi: set sw=4 ts=4: */
/*
 * osconf: messages.  Every line that osconf prints goes through here.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_MESSAGE_H
#define OSCONF_MESSAGE_H 1

#include "common.h"

enum { SAY_ERROR, SAY_ERRNO, SAY_NOTICE, SAY_DONE };
int say(int what, const char *format, ...)
		__attribute__((format(printf, 2, 3))) FAST_FUNC;

/* Errors.  Both return -1; perror_msg() appends the text for errno. */
#define error_msg(...)   say(SAY_ERROR, __VA_ARGS__)
#define perror_msg(...)  say(SAY_ERRNO, __VA_ARGS__)

/* A notice is seen on every console as an error is, but does not change the exit status,
 * and is silent with -q. */
#define notice_msg(...)  ((void)say(SAY_NOTICE, __VA_ARGS__))

/* done_msg(): a change, silent with -q.  verbose_msg(): no change needed, only with -v. */
#define done_msg(...)    say(SAY_DONE, __VA_ARGS__)
#define verbose_msg(...) do { if (option_mask32 & OPT_verbose) done_msg(__VA_ARGS__); } while (0)

/* Replaces control and non-ASCII characters, so that a console can show text */
void make_printable(char *text) FAST_FUNC;

#endif
