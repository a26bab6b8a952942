/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fuzzes what is read of a disk to find out which file system is on it, its UUID and
 * its label: any disk of the machine is looked at.
 *
 * The input is what the disk has at the places in the table, one after the other.
 */
#include "harness.h"
#include "mount.h"

enum { DISK_SIZE = 4 * 1024 * 1024 };

/* FAT's boot sector and ext's superblock, and FAT's root directory behind 32 sectors of
 * FATs; UFS1 and UFS2; ISO 9660 */
static const struct { unsigned at, len; } piece[] = {
	{ 0, 2048 }, { 8192 + 1024, 512 }, { 32768, 2048 }, { 16384, 1024 }, { 65536 + 1024, 512 },
};

static char path[sizeof("/proc/self/fd/") + 3 * sizeof(int)];
static int disk;

void prepare(void)
{
	int fd = memfd_create("disk", 0);

	CHECK(fd >= 0 && ftruncate(fd, DISK_SIZE) == 0);
	disk = fcntl(fd, F_DUPFD, KEPT_FD);
	close(fd);
	sprintf(path, "/proc/self/fd/%d", disk);
}

static void write_disk(const uint8_t *data, size_t size)
{
	static const char zeroes[2048];
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(piece); i++) {
		ssize_t len = MIN(size, piece[i].len);
		ssize_t rest = piece[i].len - len;

		CHECK(pwrite(disk, data, len, piece[i].at) == len);
		CHECK(pwrite(disk, zeroes, rest, piece[i].at + len) == rest);
		data += len;
		size -= len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *type;

	write_disk(data, size);
	begin_run();
	type = file_system_type(path, NULL);
	if (type) {
		CHECK(!file_system_type(path, "UUID=none"));
		CHECK(!file_system_type(path, "LABEL=longer than the label of any file system"));
		reached(type);
	}
	end_run();
	return 0;
}
