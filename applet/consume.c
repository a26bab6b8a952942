/* vi: set sw=4 ts=4: */
/*
 * osconf: os.conf -> gone; or, where it has to stay, without its password.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += consume.o
#include "consume.h"
#include "message.h"
#include "parse.h"
#include "replace.h"

int FAST_FUNC consume(const struct place *place)
{
	int dir = place->osconf_dir;
	struct stat old;

	/* else an earlier one's text would be left on the disk */
	if (fstatat(dir, OSCONF_DONE, &old, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno != ENOENT)
			return perror_msg("%s: can't read", OSCONF_DONE);
	} else if (S_ISREG(old.st_mode) && wipe_file(dir, OSCONF_DONE) != 0) {
		return -1;
	}
	if (renameat(dir, OSCONF_FILE, dir, OSCONF_DONE) != 0)
		return perror_msg("%s: can't remove", OSCONF_FILE);
	return sync_directory(dir, OSCONF_DIR);
}

int FAST_FUNC remove_moved(const struct place *place)
{
	if (unlinkat(place->osconf_dir, SAVED_RELATIVE, 0) != 0)
		return perror_msg("%s: can't remove", SAVED_RELATIVE);
	return sync_directory(place->osconf_dir, OSCONF_DIR);
}

int FAST_FUNC star_osconf(const struct place *place)
{
	struct file file;
	int failed;

	if (is_osconf_dir_read_only(place)
	 || read_file(&file, place->osconf_dir, OSCONF_FILE, OSCONF_SIZE_MAX) != 0 || !file.text
	 || file.path.st.st_nlink != 1
	) {
		return -1;
	}
	star_passwords(file.text, file.len);
	failed = overwrite(place->osconf_dir, OSCONF_FILE, file.text, file.len);
	if (failed && errno != EROFS && errno != EPERM)
		perror_msg("%s: can't write", OSCONF_FILE);
	wipe_text(&file);
	return failed;
}
