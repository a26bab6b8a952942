/* vi: set sw=4 ts=4: */
/*
 * osconf: a name -> a regular file's text; or no file any more.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += file.o
#include <sys/syscall.h>
#include "file.h"
#include "message.h"

/* What is not a regular file is not opened */
static int check_type(const struct file *file)
{
	return S_ISREG(file->path.st.st_mode) ? 0 : error_msg("%s: not a regular file", file->name);
}

/* Reads a file that has just been opened, and closes it */
static int read_opened(struct file *file, int fd, off_t max)
{
	off_t size = file->path.st.st_size;
	ssize_t got;

	if (fd < 0)
		return perror_msg("%s: can't read", file->name);
	if (size > max) {
		close(fd);
		return error_msg("%s: larger than %u bytes", file->name, (unsigned)max);
	}
	file->len = size;
	file->text = xzalloc(file->len + 2);
	got = safe_read(fd, file->text, file->len + 1);
	close(fd);
	if (got == (ssize_t)file->len)
		return 0;
	free(file->text);
	file->text = NULL;
	return got < 0 ? perror_msg("%s: can't read", file->name)
		: error_msg("%s: changes while it is read", file->name);
}

int FAST_FUNC find_file(struct file *file, int dir, const char *name)
{
	file->name = name;
	file->text = NULL;
	file->torn = 0;
	return walk(&file->path, dir, name) == 0 ? 0 : perror_msg("%s: can't read", name);
}

int FAST_FUNC read_found(struct file *file, off_t max)
{
	const struct path *path = &file->path;

	if (!path->st.st_mode || path->foreign || file->text)
		return 0;
	if (check_type(file) != 0)
		return -1;
	return read_opened(file, open_at(path->dir, path->rest, O_RDONLY, 0), max);
}

int FAST_FUNC read_file(struct file *file, int dir, const char *name, off_t max)
{
	return find_file(file, dir, name) == 0 ? read_found(file, max) : -1;
}

int FAST_FUNC read_given_file(struct file *file, const char *name, off_t max)
{
	file->name = name;
	if (stat(name, &file->path.st) != 0)
		return perror_msg("%s: can't read", name);
	if (check_type(file) != 0)
		return -1;
	return read_opened(file, open(name, O_RDONLY | O_NONBLOCK), max);
}

int FAST_FUNC is_there(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

/* C libraries' faccessat() has flags, which some of them emulate: 478 bytes of musl */
int FAST_FUNC may_write(int dir, const char *name)
{
	return syscall(SYS_faccessat, dir, name, W_OK) == 0;
}

int FAST_FUNC root_may_write(int dir, const char *name)
{
	return may_write(dir, name) || errno == EACCES;
}

int FAST_FUNC is_text(const struct file *file, const char *text)
{
	return file->text && !file->torn && strcmp(file->text, text) == 0;
}

/*** Wiped ***/

enum { WIPED_MAX = 64 * 1024 };

void FAST_FUNC wipe_text(struct file *file)
{
	if (file->text) {
		memset(file->text, 0, file->len);
		barrier(); /* keeps the compiler from dropping memset() */
	}
}

static int write_blanks(int fd, off_t size)
{
	char blanks[1024];

	memset(blanks, ' ', sizeof(blanks));
	while (size > 0) {
		ssize_t n = MIN(size, (off_t)sizeof(blanks));
		if (full_write(fd, blanks, n) != n)
			return -1;
		size -= n;
	}
	return 0;
}

int FAST_FUNC sync_and_close(int fd, int failed)
{
	failed = failed || fsync(fd) != 0;
	return close(fd) != 0 || failed ? -1 : 0;
}

int FAST_FUNC overwrite(int dir, const char *name, const char *text, off_t size)
{
	int fd = open_at(dir, name, O_WRONLY, 0);

	if (fd < 0)
		return -1;
	return sync_and_close(fd, text ? full_write(fd, text, size) != size : write_blanks(fd, size));
}

/* The unlink() need not be durable: only blanks can come back.  A file that has other
 * hard links is not ours to overwrite; nor is what is behind the size that os.conf can have,
 * which may be a hole. */
int FAST_FUNC wipe_file(int dir, const char *name)
{
	struct stat st;
	int failed = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW);

	if (failed && errno == ENOENT)
		return 0;
	if (!failed && st.st_nlink > 1)
		notice_msg("%s: has another hard link, its text stays there", name);
	else if (!failed && S_ISREG(st.st_mode))
		failed = overwrite(dir, name, NULL, MIN(st.st_size, WIPED_MAX));
	return !failed && unlinkat(dir, name, 0) == 0 ? 0 : perror_msg("%s: can't wipe and remove", name);
}
