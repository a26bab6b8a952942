/* vi: set sw=4 ts=4: */
/*
 * osconf: which device is the first partition -> directory of os.conf.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += partition.o
#include <sys/sysmacros.h>
#include "partition.h"
#include "device.h"
#include "file.h"
#include "message.h"
#include "mount.h"
#include "ufs.h"

/* Writes the device of a disk's partition 1, named as the kernel does it:
 * block/partitions/core.c.  Returns false if the disk has none */
static int first_partition_of(const char *disk, char device[DEVICE_SIZE])
{
	char name[NAME_SIZE + sizeof("p1")];
	char path[sizeof(SYS_BLOCK "/partition") + sizeof(name)];

	sprintf(name, "%s%s1", disk, isdigit(disk[strlen(disk) - 1]) ? "p" : "");
	sprintf(path, SYS_BLOCK "%s/partition", name);
	device_of(name, device);
	return access(path, F_OK) == 0;
}

/* Returns the disk that holds /, or NULL if / is on no disk (initramfs, overlay,
 * network).  Documentation/ABI/testing/sysfs-block.  In sysfs, a partition's parent is its
 * disk, whatever link leads to the partition.
 * is_hardware: a loop device and a ramdisk have no link "device" */
static const char *root_disk(int *is_hardware)
{
	enum { SLAVES_LEN = sizeof("/slaves/") - 1 };
	char path[PATH_MAX]; /* of at most 40 links, path_resolution(7): there is room for their names */
	char *end, *link;
	struct stat st;
	int is_partition;

	if (stat("/", &st) != 0)
		return NULL;
	end = path + sprintf(path, "/sys/dev/block/%u:%u", major(st.st_dev), minor(st.st_dev));
	/* go from device mapper and md down to the disk */
	for (;; end += strlen(end)) {
		strcpy(end, "/slaves/");
		if (!next_name(path, end + SLAVES_LEN))
			break;
	}
	strcpy(end, "/partition");
	is_partition = (access(path, F_OK) == 0);
	strcpy(end, is_partition ? "/../device" : "/device");
	*is_hardware = (access(path, F_OK) == 0);
	*end = '\0';
	link = xmalloc_readlink(path); /* .../block/vda/vda1 */
	if (link && is_partition)
		*strrchr(link, '/') = '\0';
	return link ? bb_get_last_path_component_nostrip(link) : NULL;
}

/* Returns the device that has the first partition of the disk that holds /, or NULL if / is
 * on no disk */
static const char *find_by_root(char device[DEVICE_SIZE])
{
	int is_hardware;
	const char *disk = root_disk(&is_hardware);

	if (!disk)
		return NULL;
	if (first_partition_of(disk, device))
		return device;
	if (!is_hardware)
		return NULL;
	device_of(disk, device); /* a disk without partitions may hold a file system */
	return device;
}

/* Mounts a device read-only, where nobody else has it mounted for writing, and opens its
 * root directory.  Returns -1 also if *type is NULL: it has none of our file systems */
static int open_device(const char *device, const char **type, smallint *read_only)
{
	*read_only = 1;
	*type = file_system_type(device, NULL);
	return *type ? open_mounted(device, *type, read_only) : -1;
}

static int has_directory(const char *device)
{
	const char *type;
	smallint read_only;
	int root = open_device(device, &type, &read_only);
	int dir = -1;

	if (root >= 0) {
		dir = open_real_dir(root, OSCONF_DIR);
		close(root);
		close(dir);
	}
	return dir >= 0;
}

/* Looks for the directory on partition 1 of each disk, if the number of these
 * partitions has changed since the last call */
static const char *find_by_directory(char device[DEVICE_SIZE], unsigned *seen)
{
	char disk[NAME_SIZE] = "";
	char candidate[DEVICE_SIZE];
	const char *found = NULL;
	unsigned count = 0;

	while (next_name("/sys/block", disk))
		count += first_partition_of(disk, candidate);
	if (count == *seen)
		return NULL;
	*seen = count;
	while (next_name("/sys/block", disk)) {
		if (!first_partition_of(disk, candidate) || !has_directory(candidate))
			continue;
		if (found)
			notice_msg("%s has the directory %s, too: ignored, -d tells which one is meant",
				candidate, OSCONF_DIR);
		else
			found = strcpy(device, candidate);
	}
	return found;
}

/* A clone of the disk, attached as a second one, has the same UUID and label */
static const char *find_by_spec(const char *spec, char device[DEVICE_SIZE])
{
	char name[NAME_SIZE] = "";
	char other[DEVICE_SIZE];

	if (!next_by_spec(spec, name, device))
		return NULL;
	while (next_by_spec(spec, name, other))
		notice_msg("%s is %s, too: ignored", other, spec);
	return device;
}

static int is_path(const char *spec)
{
	return spec && !is_prefixed_with(spec, "UUID=") && !is_prefixed_with(spec, "LABEL=");
}

/* Returns the device (buffer or spec), or NULL if it is not there yet */
static NOINLINE const char *find_device(const char *spec, char buffer[DEVICE_SIZE], unsigned *seen)
{
	const char *device = NULL;

	if (is_path(spec))
		return access(spec, F_OK) == 0 || errno != ENOENT ? spec : NULL;
	if (spec)
		return find_by_spec(spec, buffer);
	device = find_by_root(buffer);
	return device ? device : find_by_directory(buffer, seen);
}

/* Returns the device, or NULL if it did not appear in time */
static const char *wait_for_device(const char *spec, char buffer[DEVICE_SIZE], deadline_t deadline)
{
	unsigned seen = 0;
	const char *device;

	while ((device = find_device(spec, buffer, &seen)) == NULL && wait_until(deadline))
		continue;
	return device;
}

/*** Its directory ***/

static int open_partition(struct place *place, const char *device)
{
	smallint read_only;
	int root = open_device(device, &place->type, &read_only);

	if (!place->type)
		return error_msg("%s: no FAT" IF_FEATURE_OSCONF_UFS(", ext or UFS")
			IF_NOT_FEATURE_OSCONF_UFS(" or ext") " file system", device);
	if (root >= 0)
		verbose_msg("first partition is %s (%s)", device, place->type);
	if (read_only)
		place->device = xstrdup(device);
	return root;
}

/* Opens the root directory of what was found: a directory, or a device.  Returns -1 after
 * printing a message */
static int open_root(struct place *place, const char *found)
{
	struct stat st;
	int root;

	if (stat(found, &st) == 0 && S_ISBLK(st.st_mode))
		return open_partition(place, found);
	root = open(found, O_RDONLY | O_DIRECTORY);
	return root < 0 ? perror_msg("%s: can't open", found) : root;
}

/* A drive's root directory is kept, which keeps it mounted; errno is ENOENT if it is none */
static int is_drive(struct place *place, int root)
{
	int dir = open_real_dir(root, DRIVE_DIR);

	if (dir < 0)
		return 0;
	close(dir);
	place->drive = root;
	return 1;
}

/* Opens os.conf's directory in that root directory of what was found.  -d may also name a
 * config drive.  Returns 0, or -1 after printing a message */
static int open_dir(struct place *place, int root, const char *found, int may_be_drive)
{
	const char *missing = OSCONF_DIR;

	place->osconf_dir = open_real_dir(root, OSCONF_DIR);
	if (ENABLE_FEATURE_OSCONF_CONFIG_DRIVE && may_be_drive && place->osconf_dir < 0 && errno == ENOENT) {
		if (is_drive(place, root))
			return 0;
		if (errno != ENOENT)
			missing = DRIVE_DIR;
	}
	if (place->osconf_dir < 0)
		perror_msg("%s: can't open directory %s", found, missing);
	close(root); /* its directory keeps it mounted */
	return place->osconf_dir < 0 ? -1 : 0;
}

int FAST_FUNC open_osconf_dir(struct place *place, const char *spec, deadline_t deadline)
{
	char buffer[DEVICE_SIZE];
	const char *found = wait_for_device(spec, buffer, deadline);
	int root;

	if (!found)
		return spec ? error_msg("%s: no such partition", spec)
			: error_msg("no disk with directory "OSCONF_DIR" on its first partition");
	root = open_root(place, found);
	return root < 0 ? -1 : open_dir(place, root, found, spec != NULL);
}

/*** Written to ***/

int FAST_FUNC has_work(const struct place *place)
{
	int dir = place->osconf_dir;

	return dir >= 0
		&& ((option_mask32 & OPT_file) /* it is open because settings are saved there */
		 || is_there(dir, OSCONF_FILE)
		 || is_there(dir, OSCONF_DONE)
		 || (ENABLE_FEATURE_OSCONF_VOLATILE && is_there(dir, SAVED_RELATIVE))
		 || (is_relative(place) && is_there(dir, place->saved)));
}

/* A remount would make the superblock writable for all who have it mounted: a root that
 * fsck has not seen yet may be one of them.  A new mount is refused then; and while a
 * descriptor of ours is open, too */
int FAST_FUNC open_for_writing(struct place *place)
{
	const char *device = place->device;
	smallint read_only = 0;
	int root, failed;

	if (!device || place->osconf_dir < 0)
		return 0;
	place->device = NULL;
	close(place->osconf_dir);
	place->osconf_dir = root = open_mounted(device, place->type, &read_only);
	if (root < 0)
		return -1;
	failed = open_dir(place, root, device, 0);
	if (read_only && !is_ufs(place->type))
		failed = error_msg("%s is read-only", device);
	return failed;
}
