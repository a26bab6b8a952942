/* vi: set sw=4 ts=4: */
/*
 * osconf: a device -> its file system, mounted in a private mount namespace,
 * which ends with the process.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += mount.o
#include <sched.h>
#include <sys/mount.h>
#include "mount.h"
#include "message.h"
#include "path.h"
#include "ufs.h"
#include "../../util-linux/volume_id/volume_id_internal.h"

/* Returns 0, or -1 with errno set.  EINVAL: / is not a mount point */
static int enter_namespace(void)
{
	static smallint entered;

	if (!entered) {
		if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
			return -1;
		entered = 1;
	}
	return 0;
}

void FAST_FUNC mount_kernel_filesystems(void)
{
	static const char types[] ALIGN1 = "proc\0" "sysfs\0" "devtmpfs\0";
	static const char targets[] ALIGN1 = "/proc\0" "/sys\0" "/dev\0";
	struct stat root, st;
	int i;

	if (stat("/", &root) != 0)
		return;
	for (i = 0; i < 3; i++) {
		const char *target = nth_string(targets, i);
		if (stat(target, &st) == 0 && st.st_dev == root.st_dev && enter_namespace() == 0)
			mount("none", target, nth_string(types, i), MS_NOSUID | MS_NOEXEC, NULL);
	}
}

/*** What is on a block device ***/

/* Features that came with ext3 and ext4:
 * Documentation/filesystems/ext4/super.rst */
static const char *ext_type(int fd)
{
	enum { SUPERBLOCK = 1024, FEATURES = 92 };
	enum { HAS_JOURNAL = 0x4 };
	enum { EXT4_INCOMPAT = 0x40 | 0x80 | 0x200 }; /* extents, 64bit, flex_bg */
	enum { EXT4_RO_COMPAT = 0x8 | 0x20 | 0x400 }; /* huge_file, dir_nlink, metadata_csum */
	uint32_t feature[3]; /* compat, incompat, ro_compat */

	if (pread(fd, feature, sizeof(feature), SUPERBLOCK + FEATURES) != sizeof(feature))
		return NULL;
	if ((SWAP_LE32(feature[1]) & EXT4_INCOMPAT) || (SWAP_LE32(feature[2]) & EXT4_RO_COMPAT))
		return "ext4";
	return (SWAP_LE32(feature[0]) & HAS_JOURNAL) ? "ext3" : "ext2";
}

/* ECMA-119, 8.4: the primary volume descriptor */
static int is_iso9660(struct volume_id *id, int fd)
{
	enum { DESCRIPTOR = 32768, LABEL = 40, LABEL_SIZE = 32 };
	uint8_t start[LABEL + LABEL_SIZE];

	if (pread(fd, start, sizeof(start), DESCRIPTOR) != sizeof(start) || memcmp(start, "\1CD001", 6) != 0)
		return 0;
	volume_id_set_label_string(id, start + LABEL, LABEL_SIZE);
	return 1;
}

/* A label of ISO 9660 has no small letters by the standard (ECMA-119, 7.4.1), but has them
 * as a rule */
static int answers_to(const struct volume_id *id, const char *type, const char *spec)
{
	if (is_prefixed_with(spec, "UUID="))
		return strcasecmp(spec + 5, id->uuid) == 0;
	return (ENABLE_FEATURE_OSCONF_CONFIG_DRIVE && type[0] == 'i' ? strcasecmp : strcmp)(spec + 6, id->label) == 0;
}

const char* FAST_FUNC file_system_type(const char *device, const char *spec)
{
	struct volume_id *id;
	const char *type = NULL;
	int fd = open(device, O_RDONLY);

	if (fd < 0)
		return NULL;
	id = volume_id_open_node(fd);
	if (volume_id_probe_vfat(id) == 0)
		type = "vfat";
	else if (volume_id_probe_ext(id) == 0)
		type = ext_type(fd);
	else if (ENABLE_FEATURE_OSCONF_CONFIG_DRIVE && is_iso9660(id, fd))
		type = "iso9660";
	else if (ENABLE_FEATURE_OSCONF_UFS)
		type = ufs_type(fd);
	if (type && spec && !answers_to(id, type, spec))
		type = NULL;
	free_volume_id(id); /* closes fd */
	return type;
}

/*** Mounted ***/

static int mount_and_open(const char *device, const char *type, int flags)
{
	/* any directory will do: it is covered only briefly, and only in our namespace */
	static const char mountpoint[] ALIGN1 = "/dev";
	const char *data = NULL;
	int fd;

	if (is_ufs(type)) {
		data = type;
		type = "ufs";
	} else if ((option_mask32 & OPT_dry_run) && type[0] == 'e' && type[3] != '2') {
		data = "noload"; /* ext4.rst: a read-only mount replays the journal, too */
	}
	if (mount(device, mountpoint, type, flags | MS_NOSUID | MS_NODEV | MS_NOEXEC, data) != 0)
		return -1;
	fd = open(mountpoint, O_RDONLY | O_DIRECTORY);
	umount2(mountpoint, MNT_DETACH);
	return fd;
}

static const char *mount_error(void)
{
	switch (errno) {
	case ENODEV:
		return "this kernel has no driver for it";
	case EUCLEAN:
	case EBADMSG:
	case EINVAL:
		return "the file system is damaged, or has what this kernel does not know";
	default:
		return strerror(errno);
	}
}

int FAST_FUNC open_real_dir(int dir, const char *name)
{
	return open_at(dir, name, O_RDONLY | O_DIRECTORY, 0);
}

int FAST_FUNC open_mounted(const char *device, const char *type, smallint *read_only)
{
	const char *type_tried = type;
	int flags = *read_only ? MS_RDONLY : 0;
	int fd;

	if (enter_namespace() != 0)
		return errno == EINVAL ? error_msg("can't mount %s: / is not a mount point (a chroot?), try -d DIR", device)
			: perror_msg("can't enter a mount namespace");
	fd = mount_and_open(device, type, flags);
	if (fd < 0 && errno == ENODEV && type[0] == 'e') {
		/* a kernel may have only ext4, which also mounts ext2 and ext3 */
		type_tried = "ext4";
		fd = mount_and_open(device, type_tried, flags);
	}
	/* mounted elsewhere with the other flag; or who can read it may not write it: a disk that
	 * is write-protected or fails, a driver or a feature that can't be written */
	if (fd < 0 && (errno == EBUSY || !*read_only)) {
		*read_only ^= 1;
		fd = mount_and_open(device, type_tried, flags ^ MS_RDONLY);
	}
	return fd >= 0 ? fd : error_msg("can't mount %s (%s): %s", device, type, mount_error());
}
