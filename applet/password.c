/* vi: set sw=4 ts=4: */
/*
 * osconf: hash -> root's line in /etc/shadow, as chpasswd does it.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += password.o
#include "password.h"
#include "guard.h"
#include "message.h"

enum { FILE_SIZE_MAX = 1024 * 1024 };

struct update {
	const char *path, *name, *field;
};

/* Returns the number of lines that were changed, or -1 */
static int run_update(void *data)
{
	const struct update *update = data;

	return update_passwd(update->path, update->name, update->field, NULL);
}

/* A mount point is written in place.  If that was interrupted, update_passwd() has left
 * the whole text beside it, in a file with the sticky bit, and begins with writing it. */
static void finish_interrupted(const char *path)
{
	struct update nobody = { path, "\n", "" };
	char *real = xmalloc_follow_symlinks(path);
	char *new = xasprintf("%s+", real);
	struct stat st;

	if (real && lstat(new, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_ISVTX)
	 && run_guarded(run_update, &nobody) < 0
	) {
		perror_msg("%s: can't write", path);
	}
	free(real);
	free(new);
}

/* Returns root's line, or NULL.  What is behind a NUL byte counts as a line: when the file
 * is written, it becomes one. */
static char *find_line(const struct file *file)
{
	char *line = file->text, *end = file->text + file->len;

	while (line < end && !is_prefixed_with(line, "root:"))
		line += strcspn(line, "\n") + 1;
	return line < end ? line : NULL;
}

/* Copies root's password field.  Caller frees.  Returns 0, or -1 after printing why
 * there is none. */
static int read_field(const char *name, char **field)
{
	struct file file;
	char *line;
	size_t len;

	if (read_file(&file, FROM_ROOT, name, FILE_SIZE_MAX) != 0)
		return -1;
	if (!file.text)
		return error_msg("%s: missing, so there is no line for root", name);
	line = find_line(&file);
	if (line) {
		len = strcspn(line, "\n");
		if (line[len] == '\0' && line + len != file.text + file.len) {
			free(file.text);
			return error_msg("%s: root's line has a NUL byte", name);
		}
		line += sizeof("root:") - 1;
		*field = xstrndup(line, strcspn(line, ":\n"));
	}
	free(file.text);
	return 0;
}

int FAST_FUNC read_root_password(struct root_password *root)
{
	if (!(option_mask32 & OPT_dry_run)) {
		finish_interrupted(bb_path_passwd_file);
		finish_interrupted(bb_path_shadow_file);
	}
	root->in_passwd = root->hash = NULL;
	if (read_field(bb_path_passwd_file, &root->in_passwd) != 0
	 || read_field(bb_path_shadow_file, &root->hash) != 0
	) {
		return -1;
	}
	if (!root->in_passwd)
		return error_msg("%s: no account 'root'", bb_path_passwd_file);
	if (!root->hash) /* any user can read the other file */
		return error_msg("%s: no line for root (like root:*:::::::)", bb_path_shadow_file);
	return 0;
}

static int is_none(const char *field)
{
	return !strchr(field, '$') && strpbrk(field, "*!");
}

static int is_x(const char *in_passwd)
{
	return in_passwd[0] == 'x' && !in_passwd[1];
}

int FAST_FUNC has_none(const struct root_password *root)
{
	return is_none(root->hash) && (is_x(root->in_passwd) || is_none(root->in_passwd));
}

int FAST_FUNC has_hash(const struct root_password *root, const char *hash)
{
	return strcmp(root->hash, hash) == 0 && is_x(root->in_passwd);
}

/* Returns 0, or -1; errno is 0 if another process has taken root's line away */
static int update_field(const char *path, const char *field)
{
	struct update update = { path, "root", field };
	int lines = run_guarded(run_update, &update);

	if (lines > 0)
		return 0;
	/* EEXIST, EAGAIN: its new file, or its lock, was there for three seconds */
	if (lines == 0 || errno == 0 || errno == EEXIST || errno == EAGAIN)
		return error_msg("%s: can't change root's password: another program is changing the file", path);
	/* the file itself has been read: so this is its new one, where one was before */
	return perror_msg("%s%s: can't change root's password", path, errno == EISDIR || errno == ELOOP ? "+" : "");
}

int FAST_FUNC set_root_password(const struct root_password *root, const char *hash)
{
	if (has_hash(root, hash))
		return 0;
	if (strcmp(root->hash, hash) != 0 && update_field(bb_path_shadow_file, hash) != 0)
		return -1;
	/* login uses /etc/shadow only if this is x */
	if (!is_x(root->in_passwd) && update_field(bb_path_passwd_file, "x") != 0)
		return -1;
	done_msg("root's password is changed");
	return 0;
}
