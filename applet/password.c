/* vi: set sw=4 ts=4: */
/*
 * osconf: hash -> root's line in /etc/shadow, as chpasswd does it.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += password.o
#include "password.h"
#include "guard.h"
#include "message.h"

enum { FILE_SIZE_MAX = 1024 * 1024 };

/* Copies root's password field to *field, or sets it to NULL if there is no such file
 * or line.  Caller frees.  Returns 0, or -1 after printing why the file can't be read. */
static int read_field(const char *name, char **field)
{
	struct file file;
	char *line;

	*field = NULL;
	if (read_file(&file, FROM_ROOT, name, FILE_SIZE_MAX) != 0)
		return -1;
	line = file.text;
	while (line && !is_prefixed_with(line, "root:")) {
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	if (line) {
		line += sizeof("root:") - 1;
		*field = xstrndup(line, strcspn(line, ":\n"));
	}
	free(file.text);
	return 0;
}

int FAST_FUNC read_root_password(struct root_password *root)
{
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

struct update {
	const char *path, *field;
};

static int run_update(void *data)
{
	const struct update *update = data;

	return update_passwd_as('p', update->path, "root", update->field, NULL) > 0 ? 0 : -1;
}

static int update_field(const char *path, const char *field)
{
	struct update update = { path, field };

	return run_guarded(run_update, &update) == 0 ? 0
		: perror_msg("%s: can't change root's password", path);
}

int FAST_FUNC set_root_password(const struct root_password *root, const char *hash)
{
	if (strcmp(root->hash, hash) != 0) {
		if (update_field(bb_path_shadow_file, hash) != 0)
			return -1;
		done_msg("root's password is changed");
	}
	/* login uses /etc/shadow only if this is x */
	return strcmp(root->in_passwd, "x") == 0 ? 0 : update_field(bb_path_passwd_file, "x");
}
