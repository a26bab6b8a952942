/* vi: set sw=4 ts=4: */
/*
 * osconf: which device is the first partition -> directory of os.conf.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += partition.o
#include <sys/sysmacros.h>
#include "partition.h"
#include "device.h"
#include "message.h"
#include "mount.h"

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

/* Finds the disk that holds /.  Returns false if / is on no disk (initramfs, overlay,
 * network).  Documentation/ABI/testing/sysfs-block.  In sysfs, ".." is the device's
 * parent, whatever link leads to the device */
static int root_disk(char disk[NAME_SIZE])
{
	char path[sizeof("/sys/dev/block/:") + 2 * sizeof(int) * 3];
	char name[sizeof("slaves/") + NAME_SIZE];
	struct stat st;
	char *cwd;

	if (stat("/", &st) != 0)
		return 0;
	sprintf(path, "/sys/dev/block/%u:%u", major(st.st_dev), minor(st.st_dev));
	if (chdir(path) != 0)
		return 0;
	/* go from device mapper and md down to the disk */
	strcpy(name, "slaves/");
	while (next_name("slaves", name + 7) && chdir(name) == 0)
		name[7] = '\0';
	if (access("partition", F_OK) == 0)
		chdir("..");
	cwd = xrealloc_getcwd_or_warn(NULL);
	if (cwd)
		safe_strncpy(disk, bb_get_last_path_component_nostrip(cwd), NAME_SIZE);
	free(cwd);
	chdir("/");
	return cwd != NULL;
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
		const char *type;
		int root, dir;

		if (!first_partition_of(disk, candidate))
			continue;
		type = file_system_type(candidate, NULL);
		root = type ? open_mounted(candidate, type) : -1;
		if (root < 0)
			continue;
		dir = open_real_dir(root, OSCONF_DIR);
		close(root);
		if (dir < 0)
			continue;
		close(dir);
		if (found)
			error_msg("%s has the directory %s, too: ignored, -d tells which one is meant",
				candidate, OSCONF_DIR);
		else
			found = strcpy(device, candidate);
	}
	return found;
}

/* Returns the device (buffer or spec), or NULL if it is not there yet */
static const char *find_device(const char *spec, char buffer[DEVICE_SIZE], unsigned *seen)
{
	struct stat st;
	char disk[NAME_SIZE];

	if (!spec) {
		if (!root_disk(disk))
			return find_by_directory(buffer, seen);
		/* a disk without partitions may hold a file system */
		if (!first_partition_of(disk, buffer))
			device_of(disk, buffer);
		return buffer;
	}
	if (is_prefixed_with(spec, "UUID=") || is_prefixed_with(spec, "LABEL=")) {
		disk[0] = '\0';
		return next_by_spec(spec, disk, buffer) ? buffer : NULL;
	}
	return stat(spec, &st) == 0 && S_ISBLK(st.st_mode) ? spec : NULL;
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

static int open_partition(const char *device)
{
	const char *type = file_system_type(device, NULL);
	int root;

	if (!type)
		return error_msg("%s: no FAT, ext or UFS file system", device);
	root = open_mounted(device, type);
	if (root >= 0)
		verbose_msg("first partition is %s (%s)", device, type);
	return root;
}

/* Opens os.conf's directory in that root directory.  -d may also name a config drive.
 * Returns NULL, or the name of what can't be opened, with errno set */
static const char *open_dir(struct place *place, int root, const char *spec)
{
	int dir;

	place->osconf_dir = open_real_dir(root, OSCONF_DIR);
	if (place->osconf_dir >= 0)
		return NULL;
	if (ENABLE_FEATURE_OSCONF_CONFIG_DRIVE && spec && errno == ENOENT) {
		dir = open_real_dir(root, DRIVE_DIR);
		if (dir >= 0) {
			close(dir);
			place->drive = root;
			return NULL;
		}
		if (errno != ENOENT)
			return DRIVE_DIR;
	}
	return OSCONF_DIR;
}

int FAST_FUNC open_osconf_dir(struct place *place, const char *spec, deadline_t deadline)
{
	char buffer[DEVICE_SIZE];
	const char *name = spec, *missing;
	int root = -1;

	if (spec)
		root = open(spec, O_RDONLY | O_DIRECTORY);
	if (root < 0) {
		name = wait_for_device(spec, buffer, deadline);
		if (!name)
			return spec ? error_msg("%s: no such partition", spec)
				: error_msg("no disk with directory "OSCONF_DIR" on its first partition");
		root = open_partition(name);
		if (root < 0)
			return -1;
	}
	missing = open_dir(place, root, spec);
	if (missing)
		return perror_msg("%s: can't open directory %s", name, missing);
	if (!ENABLE_FEATURE_OSCONF_CONFIG_DRIVE || place->drive != root)
		close(root); /* its directory keeps it mounted */
	return 0;
}
