/* vi: set sw=4 ts=4: */
/*
 * osconf: the first partition, found and mounted -> directory of os.conf.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += partition.o
#include <sched.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include "osconf.h"
#include "../../util-linux/volume_id/volume_id_internal.h"

/*** A mount namespace of our own ***/

int FAST_FUNC enter_namespace(void)
{
	static smallint entered;

	if (!entered) {
		if (unshare(CLONE_NEWNS) != 0
		 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
		) {
			bb_simple_perror_msg("can't enter a mount namespace");
			return -1;
		}
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

	stat("/", &root);
	for (i = 0; i < 3; i++) {
		const char *target = nth_string(targets, i);
		if (stat(target, &st) != 0 || st.st_dev != root.st_dev)
			continue;
		if (enter_namespace() == 0
		 && mount("none", target, nth_string(types, i), MS_NOSUID | MS_NOEXEC, NULL) != 0
		) {
			bb_perror_msg("can't mount %s", target);
		}
	}
}

/*** What is on a block device ***/

/* The features that ext3 and ext4 have and their elders lack:
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

/* fs/ufs/ufs_fs.h; what the kernel takes for a default is none of these */
static const char *ufs_type(int fd)
{
	enum { UFS1 = 8192, UFS2 = 65536, MAGIC = 1372 };
	uint32_t magic;

	if (pread(fd, &magic, sizeof(magic), UFS1 + MAGIC) == sizeof(magic) && magic == 0x00011954)
		return "ufstype=44bsd";
	if (pread(fd, &magic, sizeof(magic), UFS2 + MAGIC) == sizeof(magic) && magic == 0x19540119)
		return "ufstype=ufs2";
	return NULL;
}

static int is_ufs(const char *type)
{
	return type[0] == 'u';
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
	else
		type = ufs_type(fd);
	if (type && spec && (is_prefixed_with(spec, "UUID=")
		? strcasecmp(spec + 5, id->uuid)
		: strcmp(spec + 6, id->label)) != 0
	) {
		type = NULL;
	}
	free_volume_id(id); /* closes fd */
	return type;
}

int FAST_FUNC open_mounted(const char *device, const char *type, int flags)
{
	/* any directory will do: it is covered in our namespace for a moment only */
	static const char mountpoint[] ALIGN1 = "/dev";
	int fd;

	if (mount(device, mountpoint, is_ufs(type) ? "ufs" : type, flags, is_ufs(type) ? type : NULL) != 0)
		return -1;
	fd = open(mountpoint, O_RDONLY | O_DIRECTORY);
	umount2(mountpoint, MNT_DETACH);
	return fd;
}

/* What errno says of a file system.  Not every C library has words for it */
const char* FAST_FUNC file_system_error(void)
{
	return errno == EUCLEAN || errno == EBADMSG || errno == EINVAL
		? "the file system is damaged, or none for this kernel" : strerror(errno);
}

static int mount_device(const char *device, const char *type)
{
	int flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	int fd;

	if (option_mask32 & OPT_dry_run)
		flags |= MS_RDONLY;
	fd = open_mounted(device, type, flags);
	if (fd < 0 && errno == ENODEV && type[0] == 'e') {
		/* a kernel may have ext4 only, which can do ext2 and ext3 */
		type = "ext4";
		fd = open_mounted(device, type, flags);
	}
	if (fd < 0 && (errno == EBUSY || errno == EROFS || errno == EACCES || is_ufs(type))) {
		/* mounted the other way already, or write-protected; few kernels can write UFS */
		fd = open_mounted(device, type, flags ^ MS_RDONLY);
		if (fd >= 0 && !(flags & MS_RDONLY) && !is_ufs(type))
			bb_error_msg("%s is read-only", device);
	}
	return fd;
}

/*** Which device ***/

#define SYS_BLOCK "/sys/class/block/"

void FAST_FUNC device_of(const char *name, char device[DEVICE_SIZE])
{
	char *s;

	sprintf(device, "/dev/%s", name);
	while ((s = strchr(device, '!')) != NULL) /* sysfs: cciss!c0d0 */
		*s = '/';
}

/* Finds the next name in a directory of sysfs after *name, alphabetically,
 * so that the order does not change.  Returns false: no more */
static int next_name(const char *sys_dir, char name[NAME_SIZE])
{
	char best[NAME_SIZE] = "";
	DIR *dir = opendir(sys_dir);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL) {
		const char *s = entry->d_name;
		if (s[0] != '.' && strlen(s) < NAME_SIZE && strcmp(s, name) > 0
		 && (!best[0] || strcmp(s, best) < 0)
		) {
			strcpy(best, s);
		}
	}
	if (dir)
		closedir(dir);
	strcpy(name, best);
	return best[0];
}

/* As the kernel names it: block/partitions/core.c */
int FAST_FUNC first_partition_of(const char *disk, char device[DEVICE_SIZE])
{
	char name[NAME_SIZE + sizeof("p1")];
	char path[sizeof(SYS_BLOCK "/partition") + sizeof(name)];

	sprintf(name, "%s%s1", disk, isdigit(disk[strlen(disk) - 1]) ? "p" : "");
	sprintf(path, SYS_BLOCK "%s/partition", name);
	device_of(name, device);
	return access(path, F_OK) == 0;
}

/* Documentation/ABI/testing/sysfs-block */
int FAST_FUNC root_disk(char disk[NAME_SIZE])
{
	char path[sizeof(SYS_BLOCK "/partition") + NAME_SIZE];
	char name[NAME_SIZE];
	struct stat st;
	char *link, *base;

	if (stat("/", &st) != 0)
		return 0;
	sprintf(path, "/sys/dev/block/%u:%u", major(st.st_dev), minor(st.st_dev));
	for (;;) {
		link = xmalloc_readlink(path); /* ../../devices/.../block/DISK[/PARTITION] */
		if (!link)
			return 0;
		base = strrchr(link, '/') + 1;
		/* device mapper and md are made of others */
		snprintf(path, sizeof(path), SYS_BLOCK "%s/slaves", base);
		name[0] = '\0';
		if (!next_name(path, name))
			break;
		sprintf(path, SYS_BLOCK "%s", name);
		free(link);
	}
	snprintf(path, sizeof(path), SYS_BLOCK "%s/partition", base);
	if (access(path, F_OK) == 0) {
		base[-1] = '\0';
		base = strrchr(link, '/') + 1;
	}
	safe_strncpy(disk, base, NAME_SIZE);
	free(link);
	return 1;
}

static int find_by_spec(const char *spec, char device[DEVICE_SIZE])
{
	char name[NAME_SIZE] = "";

	while (next_name(SYS_BLOCK, name)) {
		if (is_prefixed_with(name, "fd")) /* a floppy drive takes seconds to say no */
			continue;
		device_of(name, device);
		if (file_system_type(device, spec))
			return 1;
	}
	return 0;
}

/*** The directory ***/

static int open_dir_in(int root)
{
	int dir;

	if (root < 0)
		return -1;
	dir = openat(root, OSCONF_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	if (dir < 0) {
		int saved_errno = errno;
		close(root);
		errno = saved_errno;
	} else {
		close(root); /* dir holds the mount */
	}
	return dir;
}

static int open_dir_on(const char *device)
{
	const char *type = file_system_type(device, NULL);
	int root, dir;

	if (!type) {
		bb_error_msg("%s: no FAT, ext or UFS file system", device);
		return -1;
	}
	root = mount_device(device, type);
	if (root < 0) {
		bb_error_msg("can't mount %s (%s): %s", device, type, file_system_error());
		return -1;
	}
	verbose_msg("first partition is %s (%s)", device, type);
	dir = open_dir_in(root);
	if (dir < 0)
		bb_perror_msg("%s: can't open directory %s", device, OSCONF_DIR);
	return dir;
}

/* Looks for the directory on partition 1 of each disk, if there are others
 * than at the last time */
static int search_disks(unsigned *seen)
{
	char disk[NAME_SIZE] = "";
	char device[DEVICE_SIZE];
	unsigned count = 0;
	int dir = -1;

	while (next_name("/sys/block", disk))
		count += first_partition_of(disk, device);
	if (count == *seen)
		return -1;
	*seen = count;
	while (next_name("/sys/block", disk)) {
		const char *type;
		int other;

		if (!first_partition_of(disk, device))
			continue;
		type = file_system_type(device, NULL);
		if (!type)
			continue;
		other = open_dir_in(mount_device(device, type));
		if (other < 0)
			continue;
		if (dir < 0) {
			dir = other;
			verbose_msg("first partition is %s (%s)", device, type);
		} else {
			close(other);
			bb_error_msg("%s has the directory %s, too: it is left alone, -d tells which one is meant",
				device, OSCONF_DIR);
		}
	}
	return dir;
}

int FAST_FUNC open_osconf_dir(const char *spec, unsigned wait_ms)
{
	unsigned start = monotonic_ms();
	char device[DEVICE_SIZE];
	char disk[NAME_SIZE];
	unsigned seen = 0;
	struct stat st;
	int dir;

	if (spec && stat(spec, &st) == 0 && S_ISDIR(st.st_mode)) {
		dir = open_dir_in(open(spec, O_RDONLY | O_DIRECTORY));
		if (dir < 0)
			bb_perror_msg("%s: can't open directory %s", spec, OSCONF_DIR);
		return dir;
	}
	if (enter_namespace() != 0)
		return -1;
	for (;;) {
		if (!spec) {
			if (root_disk(disk)) {
				/* a file system may fill a disk that has no partitions */
				if (!first_partition_of(disk, device))
					device_of(disk, device);
				return open_dir_on(device);
			}
			dir = search_disks(&seen);
			if (dir >= 0)
				return dir;
		} else if (is_prefixed_with(spec, "UUID=") || is_prefixed_with(spec, "LABEL=")) {
			if (find_by_spec(spec, device))
				return open_dir_on(device);
		} else if (stat(spec, &st) == 0) {
			if (S_ISBLK(st.st_mode))
				return open_dir_on(spec);
			bb_error_msg("%s: not UUID=, LABEL=, a block device or a directory", spec);
			return -1;
		}
		if ((unsigned)monotonic_ms() - start >= wait_ms)
			break;
		usleep(WAIT_STEP_MS * 1000);
	}
	if (spec)
		bb_error_msg("%s: no such partition", spec);
	else
		bb_error_msg("no disk with directory %s on its first partition", OSCONF_DIR);
	return -1;
}
