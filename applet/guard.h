/* vi: set sw=4 ts=4: */
/*
 * osconf: what may die, run so that osconf survives it.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_GUARD_H
#define OSCONF_GUARD_H 1

#include "common.h"

enum { DIED = -2 };

/* Runs function(data).  Returns what it returns; DIED if libbb died in it
 * (xmalloc(), xsocket(), pw_encrypt(), an applet's main): errno says why, 0 if
 * that is not known.  One may run inside another. */
int run_guarded(int (*function)(void *data), void *data) FAST_FUNC;

#endif
