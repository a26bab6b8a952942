/* vi: set sw=4 ts=4: */
/*
 * osconf: a name -> the directory that holds it, and its name there.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += path.o
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include "path.h"

enum {
	LINKS_MAX = 40, /* path_resolution(7) */
	/* statfs(2) */
	RAMFS = 0x858458f6,
	TMPFS = 0x01021994,
};

/* What all names begin with */
static struct {
	int root;
	uid_t owner;     /* of root: who can replace everything is trusted as root is */
	struct path etc; /* dir is -1 until it has been walked to */
} from;

static int is_roots(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == from.owner;
}

/* With an ACL, the group's bits are those of all whom it names (acl(5)) */
static int is_open_to_others(int dir, const struct stat *st)
{
	return !is_roots(st) || (st->st_mode & S_IWOTH)
		|| ((st->st_mode & S_IWGRP)
		    && (st->st_gid != 0 || fgetxattr(dir, "system.posix_acl_access", NULL, 0) > 0));
}

/* C libraries' openat() looks whether there is a mode: 151 bytes of musl */
int FAST_FUNC open_at(int dir, const char *name, int flags, mode_t mode)
{
	return syscall(SYS_openat, dir, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_LARGEFILE, mode);
}

int FAST_FUNC open_root_directory(const char *root)
{
	struct stat st;

	from.etc.dir = -1;
	from.root = open(root, O_RDONLY | O_DIRECTORY);
	if (from.root < 0 || fstat(from.root, &st) != 0)
		return -1;
	from.owner = st.st_uid;
	return 0;
}

int FAST_FUNC is_volatile_type(uint32_t type)
{
	return type == RAMFS || type == TMPFS;
}

int FAST_FUNC is_same_directory(int a, int b)
{
	struct stat st, other;

	return a == b || (fstat(a, &st) == 0 && fstat(b, &other) == 0 && is_same_inode(&st, &other));
}

/* statx(2).  Older kernels than 5.8 do not know the attribute: then only a mount from
 * another file system is seen */
int FAST_FUNC is_mount_point(const struct path *path)
{
	enum { MOUNT_ROOT = 0x2000, ATTRIBUTES = 1, ATTRIBUTES_MASK = 7 };
	uint64_t statx[32];
	struct stat dir;

#ifdef SYS_statx
	if (syscall(SYS_statx, path->dir, path->rest, AT_SYMLINK_NOFOLLOW, 0, statx) == 0
	 && (statx[ATTRIBUTES_MASK] & MOUNT_ROOT)
	) {
		return (statx[ATTRIBUTES] & MOUNT_ROOT) != 0;
	}
#endif
	return fstat(path->dir, &dir) == 0 && dir.st_dev != path->st.st_dev;
}

/*** The walk ***/

static void go_to_root(struct path *path)
{
	path->dir = from.root;
	path->depth = 0;
	path->open_to_others = 0;
	path->top = TOP_OTHER;
}

void FAST_FUNC leave(const struct path *path)
{
	if (path->dir != path->base && path->dir != from.root && path->dir != from.etc.dir)
		close(path->dir);
}

static void move_to(struct path *path, int dir)
{
	leave(path);
	path->dir = dir;
}

static int is_in_root(const struct path *path)
{
	return path->base == FROM_ROOT && !path->depth;
}

/* Returns -1 with errno set */
static int leads_nowhere(struct path *path, int error)
{
	path->nowhere = 1;
	errno = error;
	return -1;
}

/* Where a directory of path->dir is below /.  TOP_VOLATILE: for what does not outlive a boot,
 * whatever it is on (hier(7); /var/volatile is Yocto's) */
static int top_of(const struct path *path, const char *name)
{
	if (is_in_root(path)) /* MUST match the order of TOP_* */
		return MIN(index_in_strings("etc\0" "proc\0" "var\0" "run\0" "tmp\0" "dev\0", name) + 1, TOP_VOLATILE);
	if (path->top == TOP_VAR && path->depth == 1 && index_in_strings("run\0" "volatile\0" "tmp\0", name) >= 0)
		return TOP_VOLATILE;
	return path->top;
}

/* Enters a directory of path->dir.  Returns 0, or -1 with errno set */
static NOINLINE int enter(struct path *path, const char *name)
{
	int in_root = is_in_root(path);
	int up = (strcmp(name, "..") == 0);
	struct stat st;
	int dir;

	if (strcmp(name, ".") == 0 || (up && in_root))
		return 0;
	if (up && path->base == FROM_ROOT && path->depth == 1) {
		move_to(path, from.root); /* -R: no link leads out of it */
		go_to_root(path);
		return 0;
	}
	dir = open_at(path->dir, name, O_RDONLY | O_DIRECTORY, 0);
	if (dir < 0)
		return -1;
	if (fstat(dir, &st) != 0) {
		close(dir);
		return -1;
	}
	if (path->open_to_others && !up && !is_roots(&st)) {
		close(dir);
		return leads_nowhere(path, EACCES); /* its owner could lead us anywhere */
	}
	path->open_to_others = path->base == FROM_ROOT && is_open_to_others(dir, &st);
	path->top = top_of(path, name);
	if (up && path->depth == from.etc.depth && path->top == TOP_ETC)
		path->top = TOP_OTHER;
	move_to(path, dir);
	path->depth += up ? -1 : 1;
	return 0;
}

/* Begins with path->rest, an absolute name.  /etc may be a link: it is walked to once */
static void start(struct path *path)
{
	const char *in_etc = is_prefixed_with(path->rest, "/etc/");

	go_to_root(path);
	if (in_etc && from.etc.dir >= 0) {
		path->dir = from.etc.dir;
		path->depth = from.etc.depth;
		path->open_to_others = from.etc.open_to_others;
		path->top = TOP_ETC;
		path->rest = in_etc;
	}
}

/* Replaces path->rest, whose first len bytes are the name of a link, by where it leads.
 * Returns 0, or -1 with errno set */
static int follow(struct path *path, const char *name, int len)
{
	char target[PATH_MAX];
	ssize_t size;
	int before;

	if (path->linked++ > LINKS_MAX)
		return leads_nowhere(path, ELOOP);
	if (path->open_to_others && !is_roots(&path->st))
		return leads_nowhere(path, EACCES);
	/* musl's readlinkat() takes 109 bytes, for buffers without room */
	size = syscall(SYS_readlinkat, path->dir, name, target, sizeof(target));
	if (size < 0)
		return -1;
	before = target[0] == '/' ? 0 : path->rest - path->whole;
	path->whole = xasprintf("%.*s%.*s%s", before, path->whole, (int)size, target, path->rest + len);
	path->rest = path->whole + before;
	if (target[0] == '/') {
		leave(path);
		start(path);
	}
	return 0;
}

/* Walks path->rest.  Stops at what is missing */
static int walk_on(struct path *path)
{
	for (;;) {
		char name[NAME_MAX + 1];
		unsigned len;

		while (*path->rest == '/')
			path->rest++;
		len = strchrnul(path->rest, '/') - path->rest;
		errno = ENAMETOOLONG;
		if (len > NAME_MAX)
			return -1;
		memcpy(name, path->rest, len);
		name[len] = '\0';
		if (fstatat(path->dir, len ? name : ".", &path->st, AT_SYMLINK_NOFOLLOW) != 0) {
			path->st.st_mode = 0;
			return errno == ENOENT ? 0 : -1;
		}
		if (path->base == FROM_ROOT && S_ISLNK(path->st.st_mode)) {
			if (follow(path, name, len) != 0)
				return -1;
			continue;
		}
		if (!path->rest[len]) {
			path->foreign = path->open_to_others && !is_roots(&path->st);
			return 0;
		}
		if (enter(path, name) != 0) {
			/* what is behind a file is missing, unless a link says that it is there */
			if (errno != ENOTDIR)
				return -1;
			if (path->linked || S_ISLNK(path->st.st_mode))
				return leads_nowhere(path, ENOTDIR);
			path->st.st_mode = 0;
			return 0;
		}
		path->rest += len;
	}
}

static int walk_from(struct path *path, int dir, const char *name)
{
	memset(path, 0, sizeof(*path));
	path->rest = path->whole = name;
	path->base = path->dir = dir;
	if (dir == FROM_ROOT)
		start(path);
	return walk_on(path);
}

int FAST_FUNC walk(struct path *path, int dir, const char *name)
{
	if (dir == FROM_ROOT && from.etc.dir < 0
	 && walk_from(path, FROM_ROOT, "/etc/.") == 0 && path->st.st_mode
	) {
		from.etc = *path;
	}
	return walk_from(path, dir, name);
}

static int may_be_made(const struct path *path, const char *name)
{
	int top = top_of(path, name);
	struct statfs fs;

	return top == TOP_ETC || top == TOP_VOLATILE || (fstatfs(path->dir, &fs) == 0 && is_volatile_type(fs.f_type));
}

/* In the order of the walk: a directory is made only where the walk has stopped */
int FAST_FUNC make_way(struct path *path)
{
	const char *slash;

	while (!path->st.st_mode && (slash = strchr(path->rest, '/')) != NULL) {
		const char *rest = path->rest;
		char *name = xstrndup(rest, slash - rest);

		errno = ENOENT;
		if ((option_mask32 & OPT_dry_run) && may_be_made(path, name))
			return 0;
		if (!may_be_made(path, name) || (mkdirat(path->dir, name, 0755) != 0 && errno != EEXIST)
		 || walk_on(path) != 0
		) {
			return -1;
		}
		if (path->rest == rest) {
			errno = ENOTDIR; /* a file is in the way */
			return -1;
		}
		free(name);
	}
	return 0;
}
