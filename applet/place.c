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

/* Is what is written to an overlay in memory?  Where its upper directory can't be found any
 * more, since it was mounted before / was, it counts as persistent.
 * proc(5): 36 35 98:0 /root /mount options - type source super,options */
static int is_overlay_volatile(int fd)
{
	char device[sizeof(" : ") + 2 * sizeof(int) * 3];
	char *text = xmalloc_open_read_close("/proc/self/mountinfo", NULL);
	char *line, *upper = NULL;
	struct stat st;
	int result;

	if (!text)
		return errno == ENOENT ? NO : UNKNOWN;
	if (fstat(fd, &st) != 0)
		return UNKNOWN;
	sprintf(device, " %u:%u ", major(st.st_dev), minor(st.st_dev));
	line = strstr(text, device);
	if (line) {
		*strchrnul(line, '\n') = '\0';
		upper = strstr(line, "upperdir=");
	}
	if (!upper)
		return NO;
	upper += sizeof("upperdir=") - 1;
	*strchrnul(upper, ',') = '\0';
	fd = open(upper, O_PATH);
	if (fd < 0)
		return errno == ENOENT ? NO : UNKNOWN;
	result = is_volatile(fd);
	close(fd);
	free(text);
	return result;
}

/* Returns UNKNOWN after printing a message */
static int complain_of(const char *name)
{
	perror_msg("%s: can't find its file system", name);
	return UNKNOWN;
}

/* dir: the directory of a file fd, or fd itself: only directories have an overlay's device */
static int is_persistent(int fd, int dir, const char *name)
{
	struct statfs fs;
	int in_memory;

	if (fstatfs(fd, &fs) != 0)
		return complain_of(name);
	if (fs.f_flags & RDONLY)
		return NO;
	in_memory = (uint32_t)fs.f_type == OVERLAY ? is_overlay_volatile(dir) : is_volatile_type(fs.f_type);
	return in_memory == UNKNOWN ? complain_of(name) : !in_memory;
}

int FAST_FUNC is_read_only(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && (fs.f_flags & RDONLY);
}

/* Of the file itself, which may be a mount point.  etc: the answer if it is missing, or leads
 * nowhere, which is reported when it is read. */
static int is_shadow_persistent(int etc)
{
	struct path path;
	int fd, result;

	if (walk(&path, FROM_ROOT, bb_path_shadow_file) != 0)
		return path.nowhere ? etc : complain_of(bb_path_shadow_file);
	if (!path.st.st_mode)
		return etc;
	fd = openat(path.dir, path.rest, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	result = is_persistent(fd, path.dir, bb_path_shadow_file);
	close(fd);
	return result;
}

int FAST_FUNC refuse_volatile(const char *what)
{
	return error_msg("%s: this osconf is built without FEATURE_OSCONF_VOLATILE", what);
}

int FAST_FUNC is_saved_name(const char *saved)
{
	const char *name = bb_basename(saved);

	return strcmp(name, SAVED_RELATIVE) == 0 || !is_prefixed_with(name, OSCONF_FILE)
		|| (saved[0] == '/' && !strstr(saved, OSCONF_DIR "/"));
}

static int is_etc_persistent(struct place *place)
{
	struct path path;

	if (walk(&path, FROM_ROOT, SAVED_ABSOLUTE) != 0)
		return path.nowhere ? YES : complain_of(SAVED_ABSOLUTE);
	place->etc_read_only = is_read_only(path.dir);
	return is_persistent(path.dir, path.dir, "/etc");
}

int FAST_FUNC find_place(struct place *place, const char *saved)
{
	int persistent;

	place->saved = saved ? saved : SAVED_ABSOLUTE;
	place->shadow_persistent = place->known = YES;
	if (option_mask32 & OPT_root)
		return 0;
	persistent = is_etc_persistent(place);
	if (ENABLE_FEATURE_OSCONF_VOLATILE && !saved && persistent == NO)
		place->saved = SAVED_RELATIVE;
	place->shadow_persistent = saved && is_relative(place) ? NO : is_shadow_persistent(persistent);
	if (!ENABLE_FEATURE_OSCONF_VOLATILE && (persistent == NO || place->shadow_persistent == NO)) {
		refuse_volatile(persistent == NO ? "/etc" : bb_path_shadow_file);
		place->shadow_persistent = UNKNOWN;
	}
	place->known = persistent != UNKNOWN && place->shadow_persistent != UNKNOWN;
	return place->known ? 0 : -1;
}
