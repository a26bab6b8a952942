/* vi: set sw=4 ts=4: */
/*
 * osconf: the commands that do what a run would do.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_COMMAND_H
#define OSCONF_COMMAND_H 1

#include "common.h"

struct plan;
struct step;

/* Writes a step as the busybox command that does it: hostname, ifconfig, route, or ip for
 * what these can't name.  command: COMMAND_SIZE bytes */
void step_command(const struct step *step, char *command) FAST_FUNC;

/* Prints the commands of a plan, one per line */
void print_plan(const struct plan *plan) FAST_FUNC;

/* Prints the command that gives a file a text, as a here-document */
void print_text(const char *name, const char *text) FAST_FUNC;

#endif
