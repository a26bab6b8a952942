/* vi: set sw=4 ts=4: */
/*
 * osconf: names and texts -> files, durably.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += file.o
#include "file.h"
#include "message.h"

/* Returns 0, or -1 with errno set */
static int find_file(struct file *file, const char *name)
{
	int failed = lstat(name, &file->st);

	file->path = name;
	if (!failed && S_ISLNK(file->st.st_mode) && name[0] == '/') {
		file->path = xmalloc_follow_symlinks(name);
		failed = file->path ? lstat(file->path, &file->st) : -1;
	}
	return failed;
}

int FAST_FUNC read_file(struct file *file, const char *name, off_t max)
{
	ssize_t size;
	int fd;

	file->name = name;
	file->text = NULL;
	if (find_file(file, name) != 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		goto error;
	}
	if (!S_ISREG(file->st.st_mode))
		return error_msg("%s: not a regular file", name);
	if (file->st.st_size > max)
		return error_msg("%s: larger than %u bytes", name, (unsigned)max);
	file->len = file->st.st_size;
	fd = open(file->path, O_RDONLY | O_NOFOLLOW);
	if (fd < 0)
		goto error;
	file->text = xzalloc(file->len + 2);
	size = safe_read(fd, file->text, file->len + 1);
	close(fd);
	if (size == (ssize_t)file->len)
		return 0;
	free(file->text);
	file->text = NULL;
	if (size >= 0)
		return error_msg("%s: changes while it is read", name);
 error:
	return perror_msg("%s: can't read", name);
}

/*** Durable ***/

/* Syncs a directory, which makes its names durable.  Without a journal, ext4 flushes
 * the disk's cache only if the directory's inode is dirty (ext4_fsync_nojournal() in
 * fs/ext4/fsync.c).  So its time is set.
 * whole: also sync the file system's other files.  syncfs() does that, but does not
 * flush the disk's cache on FAT and ext2. */
static int sync_directory(const char *directory, int whole)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY);
	int failed;

	if (fd < 0)
		return -1;
	failed = (whole && syncfs(fd) != 0) || futimens(fd, NULL) != 0 || fsync(fd) != 0;
	close(fd);
	return failed ? -1 : 0;
}

int FAST_FUNC sync_names(const char *path, const char *path2, const char *path3)
{
	const char *paths[] = { path, path2, path3 };
	const char *last = "";
	int i;

	for (i = 0; i < 3; i++) {
		char *directory;

		if (!paths[i])
			continue;
		directory = dirname(xstrdup(paths[i]));
		if (strcmp(directory, last) != 0 && sync_directory(directory, 0) != 0)
			return perror_msg("%s: can't write", directory);
		last = directory;
	}
	return 0;
}

/*** New files beside the old ones ***/

/* Creates the parent directory if it may be volatile, or if only osconf needs it */
static int make_directory_of(const char *path)
{
	static const char roots[] ALIGN1 = "/run/\0" "/var/run/\0" "/tmp/\0" "/etc/\0";
	char *simple = xstrdup(path), *parent = dirname(xstrdup(path));
	int i;

	bb_simplify_abs_path_inplace(simple);
	for (i = 0; i < 4; i++)
		if (is_prefixed_with(simple, nth_string(roots, i)))
			return bb_make_directory(parent, 0755, FILEUTILS_RECUR);
	errno = ENOENT;
	return -1;
}

static int write_text(int fd, const char *text)
{
	size_t len = strlen(text);

	return full_write(fd, text, len) == (ssize_t)len ? 0 : -1;
}

static int open_new(const struct replacement *r, mode_t mode)
{
	int fd, tries = 0;

	while ((fd = open(r->new, O_WRONLY | O_CREAT | O_EXCL, mode)) < 0 && tries++ == 0) {
		if (errno == EEXIST) /* left by a power cut */
			unlink(r->new);
		else if (errno != ENOENT || make_directory_of(r->path) != 0)
			break;
	}
	return fd;
}

/* old: NULL if the file is new */
static int write_new(struct replacement *r, const struct stat *old, mode_t mode)
{
	int fd = open_new(r, mode & 0755);
	int failed;

	if (fd < 0)
		return -1;
	failed = (old && (old->st_uid | old->st_gid) && fchown(fd, old->st_uid, old->st_gid) != 0)
		|| ((mode & ~0755) && fchmod(fd, mode) != 0)
		|| write_text(fd, r->text) != 0;
	/* files in /etc are synced together, by replace_all() */
	r->durable = !is_prefixed_with(r->path, "/etc/");
	if (!failed && r->durable)
		failed = fsync(fd);
	return close(fd) != 0 || failed ? -1 : 0;
}

static void fail(struct batch *batch, struct replacement *r)
{
	perror_msg("%s: can't write", r->name);
	unlink(r->new);
	batch->failed = r->failed = 1;
}

struct replacement* FAST_FUNC replace_later(struct batch *batch, const struct file *file,
		const char *text, mode_t mode)
{
	const struct stat *old = file->text ? &file->st : NULL;
	struct replacement *r;

	if (option_mask32 & OPT_dry_run) {
		printf("cat >%s <<'EOF'\n%sEOF\n", file->name, text);
		return NULL;
	}
	r = xzalloc(sizeof(*r));
	r->name = file->name;
	r->path = file->path;
	r->new = xasprintf("%s+", r->path);
	r->text = text;
	if (write_new(r, old, old ? old->st_mode & 07777 : mode) != 0) {
		fail(batch, r);
		return NULL;
	}
	r->next = batch->first;
	batch->first = r;
	return r;
}

/*** In their places ***/

/* rename() can't replace a mount point */
static int write_in_place(const struct replacement *r)
{
	int fd = open(r->path, O_WRONLY | O_TRUNC | O_NOFOLLOW);
	int failed;

	if (fd < 0)
		return -1;
	unlink(r->new);
	failed = write_text(fd, r->text) != 0 || fsync(fd) != 0;
	return close(fd) != 0 || failed ? -1 : 0;
}

static void rename_new(struct batch *batch, struct replacement *r)
{
	if (rename(r->new, r->path) == 0 || (errno == EBUSY && write_in_place(r) == 0))
		done_msg("%s: written", r->name);
	else
		fail(batch, r);
}

int FAST_FUNC replace_all(struct batch *batch)
{
	struct replacement *r;
	int to_sync = 0;

	for (r = batch->first; r; r = r->next)
		to_sync |= !r->durable;
	if (to_sync)
		to_sync = sync_directory("/etc", 1); /* -1: it failed */
	for (r = batch->first; r; r = r->next) {
		if (to_sync && !r->durable)
			fail(batch, r);
		else
			rename_new(batch, r);
	}
	batch->first = NULL;
	return batch->failed ? -1 : 0;
}

/*** Wiped ***/

static int overwrite(const char *name, off_t size)
{
	char blanks[1024];
	int fd = open(name, O_WRONLY | O_NOFOLLOW);
	int failed = 0;

	if (fd < 0)
		return -1;
	memset(blanks, ' ', sizeof(blanks));
	while (size > 0 && !failed) {
		ssize_t n = MIN(size, (off_t)sizeof(blanks));
		failed = (full_write(fd, blanks, n) != n);
		size -= n;
	}
	if (!failed)
		failed = fsync(fd);
	return close(fd) != 0 || failed ? -1 : 0;
}

/* The unlink() need not be durable: only blanks can come back */
int FAST_FUNC wipe_file(const char *name)
{
	struct stat st;
	int failed = lstat(name, &st);

	if (failed && errno == ENOENT)
		return 0;
	/* a file that has other hard links is not ours to overwrite */
	if (!failed && S_ISREG(st.st_mode) && st.st_nlink == 1)
		failed = overwrite(name, st.st_size);
	return !failed && unlink(name) == 0 ? 0 : perror_msg("%s: can't wipe and remove", name);
}
