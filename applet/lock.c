/* vi: set sw=4 ts=4: */
/*
 * osconf: a lock -> only one run at a time changes files.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += lock.o
#include <sys/file.h>
#include "lock.h"
#include "message.h"

/* A file that only root can open, so that no user can hold the lock.  It is there before
 * /run and any disk are, is the same one in an initramfs, a chroot and a mount namespace,
 * and nothing is left behind.  It takes uevents from whoever writes to it
 * (Documentation/ABI/testing/sysfs-uevent); nobody reads or locks it otherwise. */
#define LOCK_FILE "/sys/bus/platform/uevent"

/* Where that can't be opened (a container, a user's namespace), and with -R, it is /etc
 * there.  Any user can lock that, so nothing waits for it beyond the deadline */
static int open_lock(const char *root)
{
	int fd = root ? -1 : open(LOCK_FILE, O_WRONLY);

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
