/* vi: set sw=4 ts=4: */
/*
 * osconf: lines -> a section of a file, between two marks; the rest stays.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_FEATURE_OSCONF_BACKENDS) += section.o
#include "section.h"
#include "message.h"

#define SECTION_BEGIN "# BEGIN osconf"
#define SECTION_END   "# END osconf"

/* Returns the line that is mark, or begins with "mark:", or NULL if not found */
static char *find_mark(char *text, const char *mark)
{
	for (;;) {
		const char *end = is_prefixed_with(text, mark);
		if (end && strchr(":\r\n", *end)) /* or the NUL byte */
			return text;
		text = strchr(text, '\n');
		if (!text)
			return NULL;
		text++;
	}
}

/* Returns 0, or -1 after printing a message */
static int cut_out(struct section *section)
{
	char *begin, *end;

	section->rest = xstrdup(section->file.text ? section->file.text : "");
	section->had = 0;
	while ((begin = find_mark(section->rest, SECTION_BEGIN)) != NULL) {
		section->had = 1;
		end = find_mark(begin, SECTION_END);
		if (!end)
			return error_msg("%s: the line '%s' is missing, the file is left alone",
				section->file.name, SECTION_END);
		end = strchrnul(end, '\n');
		overlapping_strcpy(begin, end + (*end == '\n'));
	}
	return 0;
}

int FAST_FUNC open_section(struct section *section, const char *path)
{
	return read_to_replace(&section->file, path) == 0 ? cut_out(section) : -1;
}

int FAST_FUNC close_section(struct batch *batch, struct section *section, const char *lines)
{
	struct file *file = &section->file;
	const char *text = section->rest;
	size_t len = strlen(text);

	if (*lines)
		text = xasprintf("%s%s" SECTION_BEGIN ": written at every boot from the saved settings, "
				"changes in here are lost\n%s" SECTION_END "\n",
				text, len && text[len - 1] != '\n' ? "\n" : "", lines);
	else if (!section->had)
		return 0;
	if (is_text(file, text))
		return 0;
	/* a link or a mount point stays, and leads to an empty file */
	if (!*text && !file->path.linked && !is_mount_point(&file->path)) {
		if (option_mask32 & OPT_dry_run) {
			replace_later(batch, file, NULL, 0);
			return 0;
		}
		if (unlinkat(file->path.dir, file->path.rest, 0) != 0)
			return perror_msg("%s: can't remove", file->name);
		done_msg("%s: removed", file->name);
		return 0;
	}
	replace_later(batch, file, text, 0);
	return 0;
}

int FAST_FUNC remove_section(struct batch *batch, const struct file *found)
{
	struct section section;
	struct file *file = &section.file;
	int failed;

	section.file = *found;
	failed = S_ISREG(file->path.st.st_mode) ? read_found(file, TEXT_SIZE_MAX) : 0;
	if (file->text && find_mark(file->text, SECTION_BEGIN))
		return read_found_text(file) == 0 && cut_out(&section) == 0 ? close_section(batch, &section, "") : -1;
	free(file->text);
	leave(&file->path);
	return failed;
}
