/* vi: set sw=4 ts=4: */
/*
 * osconf: files and their new texts -> replaced.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += replace.o
#include "replace.h"
#include "message.h"

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

/* Gives a new file what the old one has.  The mode comes last: chown() clears bits of it, and a
 * directory's default ACL takes some away.  Settings get no ACL: nobody else may read them. */
static int keep_attributes(const struct replacement *r, int fd)
{
	const struct stat *old = &r->path.st;
	int from, failed;

	from = open_at(r->path.dir, r->path.rest, O_RDONLY, 0);
	if (from < 0)
		return -1;
	failed = copy_attribute(from, fd, "security.selinux") != 0
		|| (!r->secret
		    && (((old->st_uid | old->st_gid) && fchown(fd, old->st_uid, old->st_gid) != 0)
			|| copy_attribute(from, fd, "system.posix_acl_access") != 0
			|| (!r->in_place && fchmod(fd, old->st_mode & 07777) != 0)));
	close(from);
	return failed;
}

/* Only a mount point's new file that is durable as a whole has the sticky bit, as that of
 * update_passwd() */
static int open_new(struct replacement *r, int exists)
{
	mode_t mode = r->secret || r->in_place ? 0600 : exists ? r->path.st.st_mode & 0755 : 0644;
	int fd, tries = 0;

	while ((fd = open_at(r->path.dir, r->new, O_WRONLY | O_CREAT | O_EXCL, mode)) < 0
	 && errno == EEXIST && tries++ == 0
	) {
		unlinkat(r->path.dir, r->new, 0); /* left by a power cut */
	}
	return fd;
}

/* True if a new file is on another file system than the batch's first one; in the same directory
 * it is not.  Returns -1 with errno set */
static int is_elsewhere(struct batch *batch, int fd, int dir)
{
	struct stat st;

	if (batch->dev && dir == batch->dir)
		return 0;
	if (fstat(fd, &st) != 0)
		return -1;
	if (!batch->dev) {
		batch->dev = st.st_dev;
		batch->dir = dir;
	}
	return st.st_dev != batch->dev;
}

static int write_new(struct batch *batch, struct replacement *r, int exists)
{
	int fd, elsewhere;

	r->new = name_of_new(&r->path);
	r->in_place = exists && is_mount_point(&r->path);
	fd = open_new(r, exists);
	if (fd < 0) {
		r->new = NULL;
		r->durable = 1;
		/* what can be worked out again needs none: a torn text is mended by the next run */
		return r->in_place && !r->secret ? 0 : -1;
	}
	elsewhere = (exists && keep_attributes(r, fd) != 0) || write_text(fd, r->text) != 0
		? -1 : is_elsewhere(batch, fd, r->path.dir);
	r->durable = elsewhere > 0;
	if (r->durable)
		return sync_and_close(fd, 0);
	return close(fd) != 0 || elsewhere ? -1 : 0;
}

/* It stays as it is */
static void drop(struct batch *batch, struct replacement *r)
{
	if (r->new && !r->complete)
		unlinkat(r->path.dir, r->new, 0);
	batch->failed = r->failed = 1;
}

/* EEXIST: what has the name of the new file can't be removed */
static void fail(struct batch *batch, struct replacement *r)
{
	int in_the_way = (errno == EEXIST);

	perror_msg("%s%s: can't write", in_the_way && r->path.linked ? r->path.whole : r->name, in_the_way ? "+" : "");
	drop(batch, r);
}

/* Two names of one file, by a link, would overwrite each other's text at every run: none of
 * them does.  Returns true after printing a message */
static int has_other_name(struct batch *batch, const struct file *file)
{
	const struct path *path = &file->path;
	struct replacement *r;

	for (r = batch->first; r; r = r->next) {
		if ((path->linked || r->path.linked) && strcmp(path->rest, r->path.rest) == 0
		 && is_same_directory(path->dir, r->path.dir)
		) {
			error_msg("%s: leads to the same file as %s", file->name, r->name);
			drop(batch, r);
			return 1;
		}
	}
	return 0;
}

/* With -n: could root replace it?  Who asks need not be root.  If not, errno is set */
static int can_be_replaced(const struct file *file)
{
	const struct path *path = &file->path;
	struct stat st;

	if (!root_may_write(path->dir, ".") || (file->text && !root_may_write(path->dir, path->rest)))
		return 0;
	if (fstatat(path->dir, name_of_new(path), &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode))
		return 1;
	errno = EEXIST;
	return 0;
}

static int prepare(struct batch *batch, struct replacement *r, struct file *file)
{
	if (make_way(&file->path) != 0)
		return -1;
	r->path = file->path;
	if (!r->text || (option_mask32 & OPT_dry_run))
		return can_be_replaced(file) ? 0 : -1;
	return write_new(batch, r, file->text != NULL);
}

struct replacement* FAST_FUNC replace_later(struct batch *batch, struct file *file,
		const char *text, int secret)
{
	struct replacement *r;

	if (has_other_name(batch, file))
		return NULL;
	r = xzalloc(sizeof(*r));
	r->name = file->name;
	r->path = file->path;
	r->text = text;
	r->secret = secret;
	r->kept = r->durable = (text && text == file->text);
	if (!r->kept && prepare(batch, r, file) != 0) {
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
	int fd = open_at(r->path.dir, r->new, O_WRONLY, 0);

	if (fd < 0 || sync_and_close(fd, fchmod(fd, S_ISVTX | 0600)) != 0)
		return -1;
	r->complete = 1;
	return 0;
}

static int open_in_place(const struct path *path)
{
	return open_at(path->dir, path->rest, O_WRONLY, 0);
}

/* Closes fd.  Where there is no room for more than there was, the lines before stay */
static int write_in_place(int fd, const char *text)
{
	return sync_and_close(fd, write_text(fd, text) != 0 || ftruncate(fd, strlen(text)) != 0);
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
	int failed = sync_new(batch), sync_errno = errno;
	struct replacement *r;

	batch->unsynced |= -failed;
	for (r = batch->first; r; r = r->next) {
		if (r->failed || r->kept)
			continue;
		errno = sync_errno;
		if ((failed && !r->durable) || put_in_place(r) != 0)
			fail(batch, r);
		else
			done_msg("%s: written", r->name);
	}
	batch->first = NULL;
}

/*** Read, to be replaced ***/

/* Writes a mount point again from its new file, if that is complete.  file gets its text: it
 * counts also where it can't be written */
static void finish_interrupted(struct file *file)
{
	struct file new = { .name = file->name };
	int fd;

	if (!S_ISREG(file->path.st.st_mode))
		return;
	new.path.dir = file->path.dir;
	new.path.rest = name_of_new(&file->path);
	if (fstatat(new.path.dir, new.path.rest, &new.path.st, AT_SYMLINK_NOFOLLOW) != 0
	 || !S_ISREG(new.path.st.st_mode) || !(new.path.st.st_mode & S_ISVTX)
	 || new.path.st.st_uid != geteuid() || new.path.st.st_nlink != 1 /* ours */
	 || !is_mount_point(&file->path)
	 || read_found(&new, INT_MAX) != 0
	) {
		return;
	}
	file->text = new.text;
	file->len = new.len;
	fd = option_mask32 & OPT_dry_run ? -1 : open_in_place(&file->path);
	file->torn = fd < 0 || write_in_place(fd, new.text) != 0;
	if (!file->torn)
		unlinkat(new.path.dir, new.path.rest, 0);
}

int FAST_FUNC find_to_replace(struct file *file, const char *name)
{
	if (find_file(file, FROM_ROOT, name) != 0)
		return -1;
	finish_interrupted(file);
	return 0;
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
