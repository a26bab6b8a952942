/* vi: set sw=4 ts=4: */
/*
 * osconf: where the platforms put os.conf, and what differs in it.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
#ifndef OSCONF_PLATFORMS_H
#define OSCONF_PLATFORMS_H 1

#include "common.h"

enum { ALIBABA_CLOUD, TENCENT_CLOUD };

struct platform {
	const char *volume;        /* file system with os.conf; NULL: the first partition */
	const char *directory;     /* of os.conf, in the root of that file system */
	smallint stays;            /* os.conf is on a read-only drive, at every boot */
	smallint password_is_hash; /* crypt(5); else base64 of the password */
	smallint underscores;      /* allowed in the host name */
};

/* Only with FEATURE_OSCONF_CONFIG_DRIVE; without it, all is Alibaba Cloud's */
extern const struct platform platforms[];

#endif
