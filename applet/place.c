/* vi: set sw=4 ts=4: */
/*
 * osconf: file systems of /etc -> where settings are saved.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += place.o
#include <linux/major.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include "place.h"
#include "file.h"
#include "message.h"
#include "ufs.h"

/* statfs(2) */
enum {
	OVERLAY = 0x794c7630,
	RDONLY  = 1,
};

enum { LAYERS_MAX = 4 }; /* an overlay on an overlay on ... */

/* An overlay is on its upper directory.
 * proc(5): 36 35 98:0 /root /mount options - type source super,options
 * Returns its name, or NULL; errno is ENODATA if it has none */
static char *upper_directory(dev_t dev)
{
	char device[sizeof(" : ") + 2 * sizeof(int) * 3];
	char *text = xmalloc_open_read_close("/proc/self/mountinfo", NULL);
	char *line, *upper = NULL;

	if (!text)
		return NULL;
	sprintf(device, " %u:%u ", major(dev), minor(dev));
	line = strstr(text, device);
	if (line) {
		*strchrnul(line, '\n') = '\0';
		upper = strstr(line, "upperdir=");
	}
	errno = ENODATA;
	if (!upper)
		return NULL;
	upper += sizeof("upperdir=") - 1;
	*strchrnul(upper, ',') = '\0';
	strcpy_and_process_escape_sequences(upper, upper);
	return upper;
}

/* Is what is written to a file in memory, if it can be written at all?  dir: its directory, or
 * fd itself: only directories have an overlay's device.  An upper directory that can't be found
 * any more, since it was mounted before / was, counts as persistent. */
static int is_in_memory(int fd, int dir, int layers)
{
	struct stat st;
	struct statfs fs;
	char *upper;
	int result;

	if (fstatfs(fd, &fs) != 0 || fstat(dir, &st) != 0)
		return UNKNOWN;
	if ((fs.f_flags & RDONLY) || is_volatile_type(fs.f_type) || major(st.st_dev) == RAMDISK_MAJOR)
		return YES;
	if ((uint32_t)fs.f_type != OVERLAY || !layers)
		return NO;
	upper = upper_directory(st.st_dev);
	if (!upper)
		return errno == ENODATA ? NO : UNKNOWN;
	fd = open(upper, O_PATH);
	if (fd < 0)
		return errno == ENOENT ? NO : UNKNOWN;
	result = is_in_memory(fd, fd, layers - 1);
	close(fd);
	return result;
}

/* Returns UNKNOWN after printing a message */
static NOINLINE int complain_of(const char *name)
{
	perror_msg("%s: can't find its file system", name);
	return UNKNOWN;
}

/* dir: see is_in_memory() */
static int is_persistent(int fd, int dir, const char *name)
{
	int in_memory = is_in_memory(fd, dir, LAYERS_MAX);

	return in_memory == UNKNOWN ? complain_of(name) : !in_memory;
}

static int is_read_only(int fd)
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
	fd = open_at(path.dir, path.rest, O_PATH, 0);
	result = is_persistent(fd, path.dir, bb_path_shadow_file);
	close(fd);
	leave(&path);
	return result;
}

static int is_read_only_only_here(const struct place *place)
{
	return (option_mask32 & OPT_dry_run) && place->device && !is_ufs(place->type);
}

int FAST_FUNC is_osconf_dir_read_only(const struct place *place)
{
	return !is_read_only_only_here(place) && is_read_only(place->osconf_dir);
}

int FAST_FUNC may_write_next_to_osconf(const struct place *place, const char *name)
{
	return is_read_only_only_here(place) || root_may_write(place->osconf_dir, name);
}

int FAST_FUNC refuse_volatile(const char *what)
{
	return error_msg("%s: this osconf is built without FEATURE_OSCONF_VOLATILE", what);
}

int FAST_FUNC is_saved_name(const char *saved)
{
	const char *name = bb_basename(saved);

	/* on FAT, OS.CONF and "os.conf." are os.conf */
	return strcmp(name, SAVED_RELATIVE) == 0 || strncasecmp(name, OSCONF_FILE, sizeof(OSCONF_FILE) - 1) != 0
		|| (saved[0] == '/' && !strstr(saved, OSCONF_DIR "/"));
}

/* Of where os.conf is in /etc, which may be a link */
static int is_etc_persistent(void)
{
	struct path path;
	int persistent;

	if (walk(&path, FROM_ROOT, SAVED_ABSOLUTE) != 0)
		return path.nowhere ? YES : complain_of(SAVED_ABSOLUTE);
	persistent = is_persistent(path.dir, path.dir, "/etc");
	leave(&path);
	return persistent;
}

static int is_etc_read_only(void)
{
	struct path path;

	return walk(&path, FROM_ROOT, "/etc/.") == 0 && is_read_only(path.dir);
}

int FAST_FUNC find_place(struct place *place, const char *saved)
{
	int persistent = YES;

	place->saved = saved ? saved : SAVED_ABSOLUTE;
	place->shadow_persistent = UNKNOWN;
	if (!(option_mask32 & OPT_root)) {
		persistent = is_etc_persistent();
		place->etc_read_only = is_etc_read_only();
	}
	if (ENABLE_FEATURE_OSCONF_VOLATILE && !saved && persistent == NO)
		place->saved = SAVED_RELATIVE;
	place->shadow_persistent = option_mask32 & OPT_root ? YES
		: saved && is_relative(place) ? NO : is_shadow_persistent(persistent);
	if (persistent == UNKNOWN || place->shadow_persistent == UNKNOWN)
		return -1;
	if (!ENABLE_FEATURE_OSCONF_VOLATILE && (persistent == NO || place->shadow_persistent == NO))
		return refuse_volatile(persistent == NO ? "/etc" : bb_path_shadow_file);
	place->known = YES;
	return 0;
}
