/* vi: set sw=4 ts=4: */
/*
 * osconf: a device -> the kind of UFS on it.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//config:config FEATURE_OSCONF_UFS
//config:	bool "First partition with UFS (194 bytes)"
//config:	default y
//config:	depends on OSCONF
//config:	help
//config:	Finds os.conf on a first partition with UFS, too.  Few kernels can
//config:	write it: osconf then remembers which os.conf it has applied.

//kbuild:lib-$(CONFIG_FEATURE_OSCONF_UFS) += ufs.o
#include "ufs.h"

/* fs/ufs/ufs_fs.h.  The kernel's default type is neither of these */
const char* FAST_FUNC ufs_type(int fd)
{
	enum { UFS1 = 8192, UFS2 = 65536, MAGIC = 1372 };
	uint32_t magic;

	if (pread(fd, &magic, sizeof(magic), UFS1 + MAGIC) == sizeof(magic) && magic == 0x00011954)
		return "ufstype=44bsd";
	if (pread(fd, &magic, sizeof(magic), UFS2 + MAGIC) == sizeof(magic) && magic == 0x19540119)
		return "ufstype=ufs2";
	return NULL;
}
