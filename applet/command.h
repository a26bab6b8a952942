/* vi: set sw=4 ts=4: */
/*
 * osconf: the commands that do what a run would do.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_COMMAND_H
#define OSCONF_COMMAND_H 1

#include "plan.h"
#include "replace.h"

/* Writes a step as the busybox command that does it: hostname, ifconfig, route, or ip for
 * what these can't name. */
void step_command(const struct step *step, char command[COMMAND_SIZE]) FAST_FUNC;

/* Prints the commands of a plan, one per line */
void print_plan(const struct plan *plan) FAST_FUNC;

/* Prints the commands that replace the files of a batch, in the order in which they were
 * queued: mkdir, rm, and the text as a here-document.  last: batch->first */
void print_files(const struct replacement *last) FAST_FUNC;

/* Returns 0, or -1 after printing why not all of it has been written */
int end_printing(void) FAST_FUNC;

#endif
