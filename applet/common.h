/* vi: set sw=4 ts=4: */
/*
 * osconf: names, limits and options shared by all of its files.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef OSCONF_COMMON_H
#define OSCONF_COMMON_H 1

#include "libbb.h"

#define OSCONF_DIR      "aliyun_custom_image"
#define DRIVE_DIR       "qcloud_action"
#define OSCONF_FILE     "os.conf"
#define OSCONF_DONE     OSCONF_FILE ".done"
#define OSCONF_REJECTED OSCONF_FILE ".rejected"
#define DRIVE_FILE      DRIVE_DIR "/" OSCONF_FILE
#define SAVED_ABSOLUTE  "/etc/" OSCONF_FILE
#define SAVED_RELATIVE  OSCONF_FILE ".saved"

enum { OSCONF_SIZE_MAX = 64 * 1024 };

/* Options, in the order of getopt32's string; one that is not built in is never set */
enum {
	OPT_quiet   = 1 << 0,
	OPT_verbose = 1 << 1,
	OPT_device  = 1 << 2,
	OPT_file    = 1 << 3,
	OPT_saved   = 1 << 4,
	OPT_wait    = 1 << 5,
	OPT_dry_run = (1 << 6) * ENABLE_FEATURE_OSCONF_DRY_RUN,
	OPT_root    = (1 << (6 + ENABLE_FEATURE_OSCONF_DRY_RUN)) * ENABLE_FEATURE_OSCONF_ROOT,
};

#endif
