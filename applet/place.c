/* vi: set sw=4 ts=4: */
/*
 * osconf: file systems of /etc -> where settings are saved.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += place.o
#include <sys/vfs.h>
#include "place.h"
#include "message.h"

/* statfs(2) */
enum {
	RAMFS  = 0x858458f6,
	TMPFS  = 0x01021994,
	RDONLY = 1,
};

enum { MISSING = -2, UNKNOWN = -1, NO, YES };

static int is_persistent(const char *path, smallint *read_only)
{
	struct statfs fs;

	if (statfs(path, &fs) == 0) {
		*read_only = (fs.f_flags & RDONLY);
		return (uint32_t)fs.f_type != RAMFS && (uint32_t)fs.f_type != TMPFS && !*read_only;
	}
	if (errno == ENOENT)
		return MISSING;
	perror_msg("%s: can't find its file system", path);
	return UNKNOWN;
}

int FAST_FUNC is_read_only(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && (fs.f_flags & RDONLY);
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
	smallint shadow_read_only;
	int etc, shadow;

	place->saved = saved ? saved : SAVED_ABSOLUTE;
	place->shadow_persistent = place->known = 1;
	if (option_mask32 & OPT_root)
		return 0;
	etc = is_persistent("/etc", &place->etc_read_only);
	shadow = is_persistent(bb_path_shadow_file, &shadow_read_only);
	if (shadow == MISSING)
		shadow = etc;
	if (!saved && etc == NO)
		place->saved = SAVED_RELATIVE;
	/* relative -s: /etc may be on an overlay, and statfs() can't tell if that is persistent */
	place->shadow_persistent = shadow == YES && !(saved && is_relative(place));
	place->known = etc != UNKNOWN && shadow != UNKNOWN;
	return place->known ? 0 : -1;
}
