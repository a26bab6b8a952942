/* vi: set sw=4 ts=4: */
/*
 * osconf: a plan -> files of the system that brings the network up.
 * What osconf owns in them is a section between two marks; the rest stays.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//config:config FEATURE_OSCONF_BACKENDS
//config:	bool #No description makes it a hidden option
//config:	default n
//config:	depends on OSCONF

//kbuild:lib-$(CONFIG_FEATURE_OSCONF_BACKENDS) += backend.o
#include "osconf.h"

#define SECTION_BEGIN "# BEGIN osconf"
#define SECTION_END   "# END osconf"

int FAST_FUNC backend_of(const char *name)
{
	int backend = index_in_strings(
		"live\0"
		IF_FEATURE_OSCONF_IFUPDOWN("ifupdown\0")
		IF_FEATURE_OSCONF_SYSCONFIG("sysconfig\0"), name);

	if (backend < 0)
		bb_error_msg_and_die("-b %s: not live"
			IF_FEATURE_OSCONF_IFUPDOWN(" or ifupdown")
			IF_FEATURE_OSCONF_SYSCONFIG(" or sysconfig"), name);
	return backend;
}

/* Returns the line that begins with prefix; NULL: there is none */
static char *find_line(char *text, const char *prefix)
{
	while (!is_prefixed_with(text, prefix)) {
		text = strchr(text, '\n');
		if (!text)
			return NULL;
		text++;
	}
	return text;
}

/* What can't be made, replace_file() complains of */
static void make_directory_of(const char *path)
{
	char *dir = xstrndup(path, strrchr(path, '/') - path);

	bb_make_directory(dir, 0755, FILEUTILS_RECUR);
	free(dir);
}

int FAST_FUNC section_open(struct section *section, const char *path)
{
	struct stat st;
	char *begin, *end;

	section->path = path;
	section->mode = stat(path, &st) == 0 ? st.st_mode & 07777 : 0644;
	section->old = xmalloc_open_read_close(path, NULL);
	if (!section->old && errno != ENOENT && errno != ENOTDIR) {
		bb_perror_msg("can't read %s", path);
		return -1;
	}
	section->rest = xstrdup(section->old ? section->old : "");
	begin = find_line(section->rest, SECTION_BEGIN);
	section->had = (begin != NULL);
	if (begin) {
		/* a section without an end goes to the end of the file */
		end = find_line(begin, SECTION_END);
		end = end ? strchrnul(end, '\n') : strchr(begin, '\0');
		overlapping_strcpy(begin, end + (*end == '\n'));
	}
	return 0;
}

int FAST_FUNC section_close(struct section *section, const char *lines)
{
	const char *rest = section->rest;
	size_t len = strlen(rest);
	char *text = NULL;
	int failed = 0;

	if (*lines) {
		text = xasprintf("%s%s" SECTION_BEGIN ": written at every boot from the saved settings, "
				"changes in here are lost\n%s" SECTION_END "\n",
				rest, len && rest[len - 1] != '\n' ? "\n" : "", lines);
		rest = text;
	}
	if (option_mask32 & OPT_dry_run) {
		if (*lines)
			printf("cat >>%s <<'EOF'\n%sEOF\n", section->path, lines);
	} else if (section->had && !*rest) {
		failed = remove_path(section->path);
	} else if ((*lines || section->had)
	 && (!section->old || strcmp(section->old, rest) != 0)
	) {
		if (!section->old)
			make_directory_of(section->path);
		failed = replace_file(AT_FDCWD, section->path, rest, section->mode);
		if (!failed && *lines)
			done_msg("%s is written", section->path);
	}
	free(text);
	free(section->rest);
	free(section->old);
	return failed;
}

int FAST_FUNC store_network(int backend, const struct plan *plan)
{
	static const struct plan none;
	int failed = 0;

	if (ENABLE_FEATURE_OSCONF_IFUPDOWN)
		failed |= store_ifupdown(backend == BACKEND_IFUPDOWN ? plan : &none);
	if (ENABLE_FEATURE_OSCONF_SYSCONFIG)
		failed |= store_sysconfig(backend == BACKEND_SYSCONFIG ? plan : &none);
	return failed;
}
