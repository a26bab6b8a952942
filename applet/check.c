/* vi: set sw=4 ts=4: */
/*
 * osconf: an image, a disk, a mounted root or the running system -> would it
 * pass?  A line for each of the platform's rules.
 * Disks are mounted read-only where nobody else sees it; nothing is changed.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//config:config FEATURE_OSCONF_CHECK
//config:	bool "-c: check an image before it is uploaded (8 kb)"
//config:	default n
//config:	depends on OSCONF
//config:	help
//config:	osconf -c checks an image file, a disk, a directory or the running
//config:	system against the platform's rules: partitions, file systems,
//config:	start of osconf, default passwords, SSH keys, names of devices.

//kbuild:lib-$(CONFIG_FEATURE_OSCONF_CHECK) += check.o
#include <sys/mount.h>
#include <sys/statvfs.h>
#include "osconf.h"

enum {
	SECTOR = 512,
	PARTITIONS_MAX = 16, /* that are looked at */
	MIN_GIB = 5,
};

struct disk {
	const char *name; /* a file or a device */
	int fd;
	unsigned partitions;
	struct {
		uint64_t start, size; /* bytes; size 0: there is no such partition */
	} partition[PARTITIONS_MAX];
};

static smallint any_failed;

void FAST_FUNC check_verdict(int what, const char *format, ...)
{
	va_list p;

	any_failed |= (what == CHECK_FAIL);
	fputs_stdout(nth_string("ok    \0" "FAIL  \0" "?     ", what));
	va_start(p, format);
	vprintf(format, p);
	va_end(p);
	bb_putchar('\n');
}

/*** Partitions ***/

/* UEFI specification, 5.3: the header is in sector 1 */
static void read_gpt(struct disk *disk)
{
	struct {
		char signature[8];
		char other[64];
		uint64_t entries_lba;
		uint32_t entries, entry_size;
	} PACKED header;
	uint64_t entry[6]; /* type and own GUID, first and last sector */
	unsigned i;

	if (pread(disk->fd, &header, sizeof(header), SECTOR) != sizeof(header)
	 || memcmp(header.signature, "EFI PART", 8) != 0
	) {
		return;
	}
	disk->partitions = MIN(SWAP_LE32(header.entries), PARTITIONS_MAX);
	for (i = 0; i < disk->partitions; i++) {
		off_t at = SWAP_LE64(header.entries_lba) * SECTOR + (uint64_t)i * SWAP_LE32(header.entry_size);
		if (pread(disk->fd, entry, sizeof(entry), at) != sizeof(entry)
		 || !(entry[0] | entry[1])
		) {
			continue;
		}
		disk->partition[i].start = SWAP_LE64(entry[4]) * SECTOR;
		disk->partition[i].size = (SWAP_LE64(entry[5]) - SWAP_LE64(entry[4]) + 1) * SECTOR;
	}
}

/* Four entries of 16 bytes, from byte 446 of sector 0 on */
static void read_partitions(struct disk *disk)
{
	struct {
		char code[446];
		struct {
			uint8_t other[4], type, other2[3];
			uint32_t start, size;
		} PACKED entry[4];
		uint16_t magic;
	} PACKED mbr;
	unsigned i;

	if (pread(disk->fd, &mbr, sizeof(mbr), 0) != sizeof(mbr) || SWAP_LE16(mbr.magic) != 0xaa55)
		return;
	if (mbr.entry[0].type == 0xee) {
		read_gpt(disk);
		return;
	}
	/* a file system's boot sector has this magic, too, but no entries */
	for (i = 0; i < 4; i++) {
		if (!mbr.entry[i].type || (mbr.entry[i].other[0] & 0x7f))
			continue;
		disk->partitions = i + 1;
		disk->partition[i].start = (uint64_t)SWAP_LE32(mbr.entry[i].start) * SECTOR;
		disk->partition[i].size = (uint64_t)SWAP_LE32(mbr.entry[i].size) * SECTOR;
	}
}

/* A loop device for a partition, which goes with its last user.
 * Returns its name, to be freed; NULL, errno is set */
static char *loop_device(const struct disk *disk, unsigned i)
{
	char *device = NULL;
	int fd = set_loop(&device, disk->name, disk->partition[i].start, disk->partition[i].size,
			BB_LO_FLAGS_READ_ONLY | BB_LO_FLAGS_AUTOCLEAR);

	return fd < 0 ? NULL : device; /* fd keeps it until the end */
}

/*** Rules of disks ***/

static void check_disk(struct disk *disk)
{
	uint64_t size = lseek(disk->fd, 0, SEEK_END);
	char magic[4];

	if (pread(disk->fd, magic, 4, 0) == 4
	 && (memcmp(magic, "QFI\xfb", 4) == 0 || memcmp(magic, "cone", 4) == 0)
	) {
		check_verdict(CHECK_UNKNOWN, "%s: not a raw image, try: qemu-img convert -O raw", disk->name);
		return;
	}
	check_verdict(size > (uint64_t)MIN_GIB << 30 ? CHECK_OK : CHECK_FAIL,
		"virtual size: %u MiB, more than %u is needed", (unsigned)(size >> 20), MIN_GIB * 1024);
	read_partitions(disk);
	if (!disk->partitions || !disk->partition[0].size)
		check_verdict(CHECK_FAIL, "partition 1: %s", disk->partitions
			? "there is none, but others" : "no partition table (MBR or GPT), make one");
	else
		check_verdict(CHECK_OK, "partition 1: %u MiB", (unsigned)(disk->partition[0].size >> 20));
}

/* What of the platform's list a device has; type: see file_system_type() */
static void check_type(const char *device, const char *type)
{
	enum { FAT32_MARK = 82, EXT_RO_COMPAT = 1024 + 100, READONLY = 0x1000 };
	char fat[5] = "";
	uint32_t features = 0;
	int fd = open(device, O_RDONLY);

	if (fd >= 0) {
		pread(fd, fat, sizeof(fat), FAT32_MARK);
		if (type && type[0] == 'e')
			pread(fd, &features, sizeof(features), EXT_RO_COMPAT);
		close(fd);
	}
	if (!type)
		check_verdict(CHECK_FAIL, "partition 1: no file system of FAT32, ext2, ext3, ext4, UFS");
	else if (type[0] == 'v' && memcmp(fat, "FAT32", 5) != 0)
		check_verdict(CHECK_FAIL, "partition 1: FAT, but not FAT32: mkfs.fat -F 32");
	else if (SWAP_LE32(features) & READONLY)
		check_verdict(CHECK_FAIL, "partition 1: %s, marked read-only: tune2fs -O ^read-only", type);
	else
		check_verdict(CHECK_OK, "partition 1: %s", type[0] == 'v' ? "FAT32" : type);
}

/* fd: root of partition 1, or a directory that may be it */
static void check_first_partition(int fd, int must_be_writable)
{
	static const char *const leftovers[] = { "", ".done", ".rejected", ".saved" };
	unsigned i;
	struct statvfs vfs;
	struct stat st;
	int stale = 0;

	if (fstatvfs(fd, &vfs) == 0) {
		if (must_be_writable && (vfs.f_flag & ST_RDONLY))
			check_verdict(CHECK_FAIL, "partition 1: this kernel can't write it");
		check_verdict(vfs.f_bavail * vfs.f_frsize >= OSCONF_SIZE_MAX ? CHECK_OK : CHECK_FAIL,
			"partition 1: %u KiB free, %u is needed",
			(unsigned)(vfs.f_bavail * vfs.f_frsize >> 10), OSCONF_SIZE_MAX >> 10);
	}
	if (fstatat(fd, OSCONF_DIR, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode)) {
		check_verdict(CHECK_FAIL, "%s: not a directory in the root of partition 1, make it", OSCONF_DIR);
		return;
	}
	check_verdict(CHECK_OK, "%s: a directory", OSCONF_DIR);
	for (i = 0; i < ARRAY_SIZE(leftovers); i++) {
		char path[sizeof(OSCONF_DIR "/os.conf.rejected")];
		sprintf(path, OSCONF_DIR "/" OSCONF_FILE "%s", leftovers[i]);
		if (fstatat(fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0) {
			check_verdict(CHECK_FAIL, "%s: of another instance, remove it", path);
			stale = 1;
		}
	}
	if (!stale)
		check_verdict(CHECK_OK, "%s: nothing of another instance in it", OSCONF_DIR);
}

/*** What is looked at ***/

/* An image or a disk that is not in use, by loop devices.  Fills in device
 * and root of partition 1.  Returns the root of the first partition that has
 * /etc/passwd; -1: none has. */
static int open_partitions(struct disk *disk, char **first, int *first_fd)
{
	unsigned i;
	int root = -1;

	for (i = 0; i < disk->partitions; i++) {
		const char *type;
		char *device;
		int fd;

		if (!disk->partition[i].size)
			continue;
		device = loop_device(disk, i);
		if (!device) {
			check_verdict(CHECK_UNKNOWN, "partition %u: can't make a loop device: %s", i + 1, strerror(errno));
			continue;
		}
		type = file_system_type(device, NULL);
		fd = type ? open_mounted(device, type, MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC) : -1;
		if (i == 0) {
			*first = device;
			*first_fd = fd;
			check_type(device, type);
		}
		if (type && fd < 0)
			check_verdict(i || errno == ENODEV ? CHECK_UNKNOWN : CHECK_FAIL, "partition %u: can't mount it (%s): %s",
				i + 1, type, errno == ENODEV ? "not in this kernel" : file_system_error());
		if (fd >= 0 && root < 0 && faccessat(fd, "etc/passwd", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			root = fd;
	}
	return root;
}

/* The disk that / is on: its partitions have their own devices, and are in use */
static int open_running(struct disk *disk, char **first, int *first_fd)
{
	char name[NAME_SIZE], device[DEVICE_SIZE];
	const char *type;

	if (!root_disk(name)) {
		check_verdict(CHECK_UNKNOWN, "disk: / is on none, give osconf -c the image or the device");
	} else {
		device_of(name, device);
		disk->name = xstrdup(device);
		disk->fd = xopen(device, O_RDONLY);
		check_disk(disk);
		if (first_partition_of(name, device)) {
			type = file_system_type(device, NULL);
			check_type(device, type);
			if (type)
				*first_fd = open_mounted(device, type, MS_NOSUID | MS_NODEV | MS_NOEXEC);
			*first = xstrdup(device);
		}
	}
	return xopen("/", O_RDONLY | O_DIRECTORY);
}

int FAST_FUNC check_image(const char *target)
{
	struct disk disk = { target, -1, 0, { { 0, 0 } } };
	struct stat st;
	char *first = NULL;
	int root, first_fd = -1;

	if (target)
		xstat(target, &st);
	if (target && S_ISDIR(st.st_mode)) {
		root = xopen(target, O_RDONLY | O_DIRECTORY);
		check_verdict(CHECK_UNKNOWN, "disk and partition 1: not looked at in a directory");
		if (faccessat(root, OSCONF_DIR, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			first_fd = root;
	} else {
		mount_kernel_filesystems();
		if (enter_namespace() != 0)
			return EXIT_FAILURE;
		if (target) {
			disk.fd = xopen(target, O_RDONLY);
			check_disk(&disk);
			root = open_partitions(&disk, &first, &first_fd);
		} else {
			root = open_running(&disk, &first, &first_fd);
		}
	}
	if (first_fd >= 0)
		check_first_partition(first_fd, !target);
	if (root < 0)
		check_verdict(CHECK_UNKNOWN, "root file system: no partition has /etc/passwd; "
			"unpack an initramfs and give osconf -c the directory");
	else
		check_root(root, first_fd, first);
	return any_failed;
}
