/* vi: set sw=4 ts=4: */
/*
 * osconf: files and their new texts -> replaced.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += replace.o
#include <sys/xattr.h>
#include "replace.h"
#include "command.h"
#include "message.h"

enum { TEXT_SIZE_MAX = 1024 * 1024 };

/*** Durable ***/

/* Without a journal, ext4 flushes the disk's cache only if the directory's inode is dirty
 * (ext4_fsync_nojournal() in fs/ext4/fsync.c).  So its time is set. */
static int sync_dir(int dir)
{
	return futimens(dir, NULL) != 0 || fsync(dir) != 0 ? -1 : 0;
}

int FAST_FUNC sync_directory(int dir, const char *name)
{
	return sync_dir(dir) == 0 ? 0 : perror_msg("%s: can't write", name);
}

/*** New files beside the old ones ***/

static char *name_of_new(const struct path *path)
{
	return xasprintf("%s+", path->rest);
}

static int write_text(int fd, const char *text)
{
	size_t len = strlen(text);

	return full_write(fd, text, len) == (ssize_t)len ? 0 : -1;
}

/* An ACL without a mask gives nothing to anyone but the owner.  struct posix_acl_xattr_entry
 * in <linux/posix_acl_xattr.h>, behind a version */
static void clear_mask(char *acl, ssize_t size)
{
	enum { VERSION_SIZE = 4, ENTRY_SIZE = 8, MASK = 0x10 };
	char *entry;

	for (entry = acl + VERSION_SIZE; entry + ENTRY_SIZE <= acl + size; entry += ENTRY_SIZE)
		if (entry[0] == MASK)
			entry[2] = 0;
}

/* A file system that has no such attributes is no error, nor is a file that has none */
static int copy_attribute(int from, int to, const char *name, int secret)
{
	char value[1024], now[sizeof(value)];
	ssize_t size = fgetxattr(from, name, value, sizeof(value));

	if (size < 0)
		return errno == ENODATA || errno == ENOTSUP ? 0 : -1;
	if (secret)
		clear_mask(value, size);
	/* the label may be right, and we not allowed to set it */
	if (fgetxattr(to, name, now, sizeof(now)) == size && memcmp(now, value, size) == 0)
		return 0;
	return fsetxattr(to, name, value, size, 0);
}

/* Gives a new file what the old one has.  chown() clears bits of the mode: it comes first */
static int keep_attributes(const struct replacement *r, int fd)
{
	const struct stat *old = &r->path.st;
	int from, failed = 0;

	if (!r->secret && (old->st_uid | old->st_gid))
		failed |= fchown(fd, old->st_uid, old->st_gid);
	if (!r->secret && (old->st_mode & 07777 & ~0755) && !r->in_place)
		failed |= fchmod(fd, old->st_mode & 07777);
	if (failed)
		return -1;
	from = openat(r->path.dir, r->path.rest, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (from < 0)
		return -1;
	failed = copy_attribute(from, fd, "security.selinux", 0)
		| copy_attribute(from, fd, "system.posix_acl_access", r->secret);
	close(from);
	return failed;
}

/* A mount point's new file has mode 0 until it is durable as a whole */
static int open_new(struct replacement *r, int exists)
{
	mode_t mode = r->in_place ? 0 : r->secret ? 0600 : exists ? r->path.st.st_mode & 0755 : 0644;
	int fd, tries = 0;

	while ((fd = openat(r->path.dir, r->new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)) < 0
	 && errno == EEXIST && tries++ == 0
	) {
		unlinkat(r->path.dir, r->new, 0); /* left by a power cut */
	}
	return fd;
}

static int write_new(struct batch *batch, struct replacement *r, int exists)
{
	struct stat st;
	int fd, failed;

	if (make_way(&r->path) != 0)
		return -1;
	r->new = name_of_new(&r->path);
	r->in_place = exists && is_mount_point(&r->path);
	fd = open_new(r, exists);
	if (fd < 0) {
		r->new = NULL;
		r->durable = 1;
		/* what can be worked out again needs none: a torn text is mended by the next run */
		return r->in_place && !r->secret ? 0 : -1;
	}
	failed = (exists && keep_attributes(r, fd) != 0) || write_text(fd, r->text) != 0 || fstat(fd, &st) != 0;
	if (!failed && !batch->dev) {
		batch->dev = st.st_dev;
		batch->dir = r->path.dir;
	}
	r->durable = !failed && st.st_dev != batch->dev;
	if (r->durable)
		failed = fsync(fd);
	return close(fd) != 0 || failed ? -1 : 0;
}

static void fail(struct batch *batch, struct replacement *r)
{
	perror_msg("%s: can't write", r->name);
	if (r->new && !r->complete)
		unlinkat(r->path.dir, r->new, 0);
	batch->failed = r->failed = 1;
}

struct replacement* FAST_FUNC replace_later(struct batch *batch, const struct file *file,
		const char *text, int secret)
{
	struct replacement *r;

	if (option_mask32 & OPT_dry_run) {
		print_text(file->name, text);
		return NULL;
	}
	r = xzalloc(sizeof(*r));
	r->name = file->name;
	r->path = file->path;
	r->text = text;
	r->secret = secret;
	if (write_new(batch, r, file->text != NULL) != 0) {
		fail(batch, r);
		return NULL;
	}
	r->next = batch->first;
	batch->first = r;
	return r;
}

/*** In their places ***/

/* From here on, a run that finds the new file beside the mount point writes it again */
static int mark_complete(struct replacement *r)
{
	int fd = openat(r->path.dir, r->new, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	int failed;

	if (fd < 0)
		return -1;
	failed = fchmod(fd, 0600) != 0 || fsync(fd) != 0;
	close(fd);
	r->complete = !failed;
	return failed;
}

static int open_in_place(const struct path *path)
{
	return openat(path->dir, path->rest, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/* Closes fd */
static int write_in_place(int fd, const char *text)
{
	int failed = ftruncate(fd, 0) != 0 || write_text(fd, text) != 0 || fsync(fd) != 0;

	return close(fd) != 0 || failed ? -1 : 0;
}

static int replace_mount_point(struct replacement *r)
{
	int fd = open_in_place(&r->path);

	if (fd < 0)
		return -1;
	if (r->new && mark_complete(r) != 0) {
		close(fd);
		return -1;
	}
	if (write_in_place(fd, r->text) != 0)
		return -1;
	if (r->new)
		unlinkat(r->path.dir, r->new, 0);
	return 0;
}

static int put_in_place(struct replacement *r)
{
	if (r->in_place)
		return replace_mount_point(r);
	return renameat(r->path.dir, r->new, r->path.dir, r->path.rest);
}

/* syncfs() syncs all of the file system's files, but does not flush the disk's cache on
 * FAT and ext2; fsync() of the directory does. */
static int sync_new(const struct batch *batch)
{
	const struct replacement *r;

	for (r = batch->first; r; r = r->next)
		if (!r->durable)
			return syncfs(batch->dir) != 0 || sync_dir(batch->dir) != 0 ? -1 : 0;
	return 0;
}

void FAST_FUNC replace_all(struct batch *batch)
{
	int failed = sync_new(batch);
	struct replacement *r;

	for (r = batch->first; r; r = r->next) {
		if ((failed && !r->durable) || put_in_place(r) != 0)
			fail(batch, r);
		else
			done_msg("%s: written", r->name);
	}
	batch->first = NULL;
}

/*** Read, to be replaced ***/

/* Returns true if the file that was found has been written again from its new one */
static int finish_interrupted(const struct file *file)
{
	struct file new = { .name = file->name };
	int fd, done;

	if (!S_ISREG(file->path.st.st_mode) || file->path.open_to_others || (option_mask32 & OPT_dry_run))
		return 0;
	new.path.dir = file->path.dir;
	new.path.rest = name_of_new(&file->path);
	if (fstatat(new.path.dir, new.path.rest, &new.path.st, AT_SYMLINK_NOFOLLOW) != 0
	 || !S_ISREG(new.path.st.st_mode) || !(new.path.st.st_mode & 07777) || !is_mount_point(&file->path)
	) {
		return 0;
	}
	fd = read_found(&new, TEXT_SIZE_MAX) == 0 ? open_in_place(&file->path) : -1;
	done = fd >= 0 && write_in_place(fd, new.text) == 0;
	if (done)
		unlinkat(new.path.dir, new.path.rest, 0);
	free(new.text);
	return done;
}

int FAST_FUNC find_to_replace(struct file *file, const char *name)
{
	int failed = find_file(file, FROM_ROOT, name);

	return !failed && finish_interrupted(file) ? find_file(file, FROM_ROOT, name) : failed;
}

int FAST_FUNC read_found_text(struct file *file)
{
	if (read_found(file, TEXT_SIZE_MAX) != 0)
		return -1;
	if (!file->text || strlen(file->text) == file->len)
		return 0;
	return error_msg("%s: not a text file: it has a NUL byte", file->name);
}

int FAST_FUNC read_to_replace(struct file *file, const char *name)
{
	return find_to_replace(file, name) == 0 ? read_found_text(file) : -1;
}
