/* vi: set sw=4 ts=4: */
/*
 * osconf: a lock -> only one run at a time changes files.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += lock.o
#include <sys/file.h>
#include "lock.h"
#include "message.h"

/* What only root can open (proc(5), /proc/PID/fd), so that no user can hold the lock.  It is
 * there before /run and any disk are, also in a container or an initramfs, is not opened
 * for writing, and nothing of it is left behind.
 * Where /proc is not mounted yet, nor any user there yet, it is /etc; so it is with -R.
 * A user could lock that; nobody waits for him beyond the deadline */
static int open_lock(const char *root)
{
	int fd = root ? -1 : open("/proc/1/fd", O_RDONLY | O_DIRECTORY);

	if (!root)
		root = "/";
	if (fd < 0)
		fd = open(concat_path_file(root, "etc"), O_RDONLY | O_DIRECTORY);
	if (fd < 0 && errno == ENOENT) /* it will be made */
		fd = open(root, O_RDONLY | O_DIRECTORY);
	return fd;
}

int FAST_FUNC wait_for_others(const char *root, deadline_t deadline)
{
	int fd = open_lock(root);

	while (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK)
			return perror_msg("can't wait for other runs");
		if (!wait_until(deadline))
			return error_msg("another run has not ended: no file is changed");
	}
	return 0;
}
