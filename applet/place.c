/* vi: set sw=4 ts=4: */
/*
 * osconf: file systems of /etc -> where settings are saved.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += place.o
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include "place.h"
#include "message.h"

/* statfs(2) */
enum {
	OVERLAY = 0x794c7630,
	RDONLY  = 1,
};

enum { UNKNOWN = -1, NO, YES };

/* True if what is written to an overlay is in memory.  Where its upper directory can't be
 * found any more, since it was mounted before / was, it counts as persistent.
 * proc(5): 36 35 98:0 /root /mount options - type source super,options */
static int is_overlay_volatile(int fd)
{
	char device[sizeof(" : ") + 2 * sizeof(int) * 3];
	char *text = xmalloc_open_read_close("/proc/self/mountinfo", NULL);
	char *line, *upper;
	struct stat st;
	int result = 0;

	if (!text || fstat(fd, &st) != 0)
		return 0;
	sprintf(device, " %u:%u ", major(st.st_dev), minor(st.st_dev));
	line = strstr(text, device);
	if (line) {
		*strchrnul(line, '\n') = '\0';
		upper = strstr(line, "upperdir=");
		if (upper) {
			upper += sizeof("upperdir=") - 1;
			*strchrnul(upper, ',') = '\0';
			fd = open(upper, O_PATH);
			result = fd >= 0 && is_volatile(fd);
			close(fd);
		}
	}
	free(text);
	return result;
}

/* dir: the directory of a file fd, or fd itself: only directories have an overlay's device */
static int is_persistent(int fd, int dir, const char *name)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) != 0) {
		perror_msg("%s: can't find its file system", name);
		return UNKNOWN;
	}
	return !(fs.f_flags & RDONLY) && !is_volatile(fd)
		&& ((uint32_t)fs.f_type != OVERLAY || !is_overlay_volatile(dir));
}

int FAST_FUNC is_read_only(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && (fs.f_flags & RDONLY);
}

/* Of the file itself, which may be a mount point.  If it is missing, or leads nowhere, that
 * is reported when it is read. */
static int is_shadow_persistent(int etc)
{
	struct path path;
	int fd, result;

	if (walk(&path, FROM_ROOT, bb_path_shadow_file) != 0 || !path.st.st_mode)
		return etc;
	fd = openat(path.dir, path.rest, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	result = is_persistent(fd, path.dir, bb_path_shadow_file);
	close(fd);
	return result;
}

int FAST_FUNC is_relative(const struct place *place)
{
	return place->saved[0] != '/';
}

int FAST_FUNC is_saved_name(const char *saved)
{
	const char *name = bb_basename(saved);

	return strcmp(name, SAVED_RELATIVE) == 0 || !is_prefixed_with(name, OSCONF_FILE)
		|| (saved[0] == '/' && !strstr(saved, OSCONF_DIR "/"));
}

int FAST_FUNC find_place(struct place *place, const char *saved)
{
	struct path path;
	int persistent = YES, shadow;

	place->saved = saved ? saved : SAVED_ABSOLUTE;
	place->shadow_persistent = place->known = 1;
	if (option_mask32 & OPT_root)
		return 0;
	/* a name that leads nowhere is reported when it is read */
	if (walk(&path, FROM_ROOT, SAVED_ABSOLUTE) == 0) {
		persistent = is_persistent(path.dir, path.dir, "/etc");
		place->etc_read_only = is_read_only(path.dir);
	}
	shadow = is_shadow_persistent(persistent);
	if (!saved && persistent == NO)
		place->saved = SAVED_RELATIVE;
	place->shadow_persistent = shadow == YES && !(saved && is_relative(place));
	place->known = persistent != UNKNOWN && shadow != UNKNOWN;
	return place->known ? 0 : -1;
}
