/* vi: set sw=4 ts=4: */
/*
 * osconf: UFS.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_UFS_H
#define OSCONF_UFS_H 1

#include "common.h"

/* Returns the mount option for the kind of UFS on an open device, or NULL if there is
 * none */
const char *ufs_type(int fd) FAST_FUNC;

/* True if a type of file_system_type() is UFS, which few kernels can write.  Without
 * FEATURE_OSCONF_UFS nothing is */
static inline int is_ufs(const char *type)
{
	return ENABLE_FEATURE_OSCONF_UFS && type[0] == 'u';
}

#endif
