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

/* Documentation/ABI/testing/sysfs-block.  "..", in sysfs, is that of the
 * device, whatever link leads to it */
int FAST_FUNC root_disk(char disk[NAME_SIZE])
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
	/* device mapper and md are made of others */
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

static const char *find_by_spec(const char *spec, char device[DEVICE_SIZE])
{
	char name[NAME_SIZE] = "";

	while (next_name(SYS_BLOCK, name)) {
		if (is_prefixed_with(name, "fd")) /* a floppy drive takes seconds to say no */
			continue;
		device_of(name, device);
		if (file_system_type(device, spec))
			return device;
	}
	return NULL;
}

static int open_dir_in(int root)
{
	int dir = openat(root, OSCONF_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	int saved_errno = errno;

	close(root); /* dir holds the mount */
	errno = saved_errno;
	return dir;
}

/* Looks for the directory on partition 1 of each disk, if there are others
 * than at the last time */
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
		root = type ? mount_device(candidate, type) : -1;
		if (root < 0)
			continue;
		dir = open_dir_in(root);
		if (dir < 0)
			continue;
		close(dir);
		if (found)
			bb_error_msg("%s has the directory %s, too: it is left alone, -d tells which one is meant",
				candidate, OSCONF_DIR);
		else
			found = strcpy(device, candidate);
	}
	return found;
}

/* Returns the device, in buffer or spec itself; NULL: it is not there yet */
static const char *find_device(const char *spec, char buffer[DEVICE_SIZE], unsigned *seen)
{
	struct stat st;
	char disk[NAME_SIZE];

	if (!spec) {
		if (!root_disk(disk))
			return find_by_directory(buffer, seen);
		/* a file system may fill a disk that has no partitions */
		if (!first_partition_of(disk, buffer))
			device_of(disk, buffer);
		return buffer;
	}
	if (is_prefixed_with(spec, "UUID=") || is_prefixed_with(spec, "LABEL="))
		return find_by_spec(spec, buffer);
	return stat(spec, &st) == 0 && S_ISBLK(st.st_mode) ? spec : NULL;
}

static int open_partition(const char *device)
{
	const char *type = file_system_type(device, NULL);
	int root;

	if (!type) {
		bb_error_msg("%s: no FAT, ext or UFS file system", device);
		return -1;
	}
	root = mount_device(device, type);
	if (root < 0)
		bb_error_msg("can't mount %s (%s): %s", device, type, file_system_error());
	else
		verbose_msg("first partition is %s (%s)", device, type);
	return root;
}

int FAST_FUNC open_osconf_dir(const char *spec, unsigned wait_ms)
{
	unsigned start = monotonic_ms();
	char buffer[DEVICE_SIZE];
	const char *name = spec;
	unsigned seen = 0;
	int dir, root = -1;

	if (spec)
		root = open(spec, O_RDONLY | O_DIRECTORY);
	if (root < 0) {
		if (enter_namespace() != 0)
			return -1;
		while ((name = find_device(spec, buffer, &seen)) == NULL) {
			if ((unsigned)monotonic_ms() - start >= wait_ms) {
				bb_error_msg(spec ? "%s: no such partition"
					: "no disk with directory "OSCONF_DIR" on its first partition", spec);
				return -1;
			}
			usleep(WAIT_STEP_MS * 1000);
		}
		root = open_partition(name);
		if (root < 0)
			return -1;
	}
	dir = open_dir_in(root);
	if (dir < 0)
		bb_perror_msg("%s: can't open directory %s", name, OSCONF_DIR);
	return dir;
}
