/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A disk as a power cut would have left it.
 *
 *   replay LOG                         prints the number of flushes in LOG
 *   replay LOG BASE OUT MIB STATE SEED writes OUT: the first MIB of BASE and
 *                                      what LOG says had reached the disk
 *
 * LOG is what QEMU's blklogwrites recorded from BASE on, in the format of
 * Documentation/admin-guide/device-mapper/log-writes.rst.
 * STATE % flushes is the flush after which power was cut: all writes before it
 * are there.  STATE / flushes says what else is:
 *   0    nothing
 *   1    all writes up to the next flush
 *   2... up to some moment before the next flush: those with FUA, and of the
 *        others and the one under way any of their sectors, by SEED and STATE
 */
#define _FILE_OFFSET_BITS 64
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTOR = 512, MIB = 1024 * 1024 };
enum { FLUSH = 1, FUA = 2, DISCARD = 4 };

static const uint64_t magic = 0x6a736677736872;

struct entry {
	uint64_t sector, sectors, flags, data_len;
	off_t data; /* in the log */
};

static int log_fd, out_fd;
static struct entry *entry;
static unsigned entries, flushes;

static void read_at(int fd, void *buf, size_t len, off_t at, const char *what)
{
	if (pread(fd, buf, len, at) != (ssize_t)len)
		err(1, "can't read %s", what);
}

/* Log and machine are little-endian */
static void read_log(const char *name)
{
	struct { uint64_t magic, version, entries; uint32_t sector_size; } super;
	off_t at = SECTOR;
	unsigned i;

	log_fd = open(name, O_RDONLY);
	if (log_fd < 0)
		err(1, "%s", name);
	read_at(log_fd, &super, sizeof(super), 0, name);
	if (super.magic != magic || super.version != 1 || super.sector_size != SECTOR)
		errx(1, "%s: not a log of 512-byte sectors", name);
	entries = super.entries;
	entry = calloc(entries, sizeof(*entry));
	for (i = 0; i < entries; i++) {
		read_at(log_fd, &entry[i], 4 * sizeof(uint64_t), at, name);
		at += SECTOR;
		entry[i].data = at;
		if (!(entry[i].flags & DISCARD))
			at += entry[i].sectors * SECTOR;
		flushes += entry[i].flags & FLUSH;
	}
}

/* xorshift64: any sequence will do that can be had again */
static uint64_t state_of_chance;
static unsigned chance(unsigned one_in)
{
	state_of_chance ^= state_of_chance << 13;
	state_of_chance ^= state_of_chance >> 7;
	state_of_chance ^= state_of_chance << 17;
	return (state_of_chance >> 16) % one_in;
}

static void apply(const struct entry *e, int torn)
{
	char sector[SECTOR];
	uint64_t i;

	if (e->flags & DISCARD)
		return; /* may be ignored by a disk */
	for (i = 0; i < e->sectors; i++) {
		if (torn && chance(2))
			continue;
		read_at(log_fd, sector, SECTOR, e->data + (off_t)i * SECTOR, "the log");
		if (pwrite(out_fd, sector, SECTOR, (off_t)(e->sector + i) * SECTOR) != SECTOR)
			err(1, "can't write");
	}
}

static void copy_base(const char *name, unsigned mib)
{
	static char buf[64 * 1024], zeroes[sizeof(buf)];
	int fd = open(name, O_RDONLY);
	off_t at;

	if (fd < 0)
		err(1, "%s", name);
	for (at = 0; at < (off_t)mib * MIB; at += sizeof(buf)) {
		read_at(fd, buf, sizeof(buf), at, name);
		if (memcmp(buf, zeroes, sizeof(buf)) != 0
		 && pwrite(out_fd, buf, sizeof(buf), at) != sizeof(buf)
		) {
			err(1, "can't write");
		}
	}
	close(fd);
	if (ftruncate(out_fd, (off_t)mib * MIB) != 0)
		err(1, "can't write");
}

static void replay(unsigned state, unsigned seed)
{
	unsigned cut = state % flushes, how = state / flushes;
	unsigned i, first, next, seen = 0;

	state_of_chance = ((uint64_t)seed << 32 | state) * 2654435761u + 1;
	for (i = 0; i < entries; i++) {
		if ((entry[i].flags & FLUSH) && seen++ == cut)
			break;
		apply(&entry[i], 0);
	}
	for (first = next = i + 1; next < entries && !(entry[next].flags & FLUSH); next++)
		continue;
	if (how > 1 && next > first)
		next = first + chance(next - first + 1);
	for (i = first; how && i < next; i++)
		apply(&entry[i], how > 1 && (i + 1 == next || !(entry[i].flags & FUA)));
}

int main(int argc, char **argv)
{
	if (argc != 2 && argc != 7)
		errx(2, "usage: replay LOG [BASE OUT MIB STATE SEED]");
	read_log(argv[1]);
	if (argc == 2) {
		printf("%u\n", flushes);
		return 0;
	}
	out_fd = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (out_fd < 0)
		err(1, "%s", argv[3]);
	copy_base(argv[2], atoi(argv[4]));
	replay(atoi(argv[5]), atoi(argv[6]));
	return 0;
}
