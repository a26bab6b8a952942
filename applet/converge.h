/* vi: set sw=4 ts=4: */
/*
 * osconf: files that follow from the settings, at every boot.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_CONVERGE_H
#define OSCONF_CONVERGE_H 1

#include "file.h"
#include "place.h"
#include "settings.h"

/* Has replace_all() make /etc/hostname, /etc/hosts and /etc/resolv.conf what the
 * settings say, where they differ.  Returns 0; -1 after saying what is wrong. */
int converge_files(const struct settings *settings, const struct place *place, struct batch *batch) FAST_FUNC;

/* Where /etc/shadow is not persistent: sets the password that is saved.
 * Returns 0; -1 after saying what is wrong. */
int converge_password(const struct settings *settings, const struct place *place) FAST_FUNC;

#endif
