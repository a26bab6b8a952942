/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fuzzes /etc/passwd and /etc/shadow, with osconf as a whole in a machine of its own,
 * which sets root's password from the settings. It holds that
 * - nothing but root's line is changed, and that has the hash;
 * - where an error is said, nothing is changed.
 *
 * The input is the text of /etc/shadow, a line "----", the text of /etc/passwd.
 */
#include "machine.h"

#define HASH   "$6$0123456789abcdef$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char settings[] = "hostname='web'\npassword_hash='" HASH "'\n";

void prepare(void)
{
	enter_machine();
	put_file(SAVED_FILE, settings, sizeof(settings) - 1);
}

/* Returns where root's line begins */
static size_t root_of(const char *text, size_t len)
{
	const char *line = text;

	while (line && line < text + len) {
		if ((size_t)(text + len - line) >= 5 && memcmp(line, "root:", 5) == 0)
			return line - text;
		line = memchr(line, '\n', text + len - line);
		if (line)
			line++;
	}
	return len;
}

static size_t line_end(const char *text, size_t at, size_t len)
{
	const char *end = memchr(text + at, '\n', len - at);

	return end ? end - text : len;
}

/* Only root's line may differ, and a last newline */
static void check_change(const char *old, size_t old_len, const char *new, size_t new_len)
{
	size_t root = root_of(old, old_len);
	size_t old_rest, new_rest;

	/* what is behind a NUL byte becomes a line of its own: patch 0008; and each line of root's is his */
	if (memchr(old, '\0', old_len) || memmem(old + root + 1, old_len - root - 1, "root:", 5))
		return;
	old_rest = line_end(old, root, old_len);
	new_rest = line_end(new, root, new_len);

	CHECK(root < old_len && new_len > root && memcmp(old, new, root) == 0);
	CHECK(memcmp(new + root, "root:" HASH ":", sizeof("root:" HASH ":") - 1) == 0 || new[root + sizeof("root:" HASH) - 1] == '\n');
	CHECK(new_len - new_rest >= old_len - old_rest);
	CHECK(memcmp(old + old_rest, new + new_rest, old_len - old_rest) == 0);
	reached("hash");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[] = { (char*)"osconf", (char*)"-qw0", (char*)"-d/mnt", NULL };
	const uint8_t *shadow, *passwd = NULL;
	size_t shadow_len, passwd_len = 0, len;
	char *text;
	int status;

	next_part(&data, &size, &shadow, &shadow_len);
	next_part(&data, &size, &passwd, &passwd_len);
	put_file("/etc/shadow", shadow, shadow_len);
	put_file("/etc/passwd", passwd, passwd_len);
	begin_run();
	status = run_osconf(argv);
	text = get_file("/etc/shadow", &len);
	if (!text || len != shadow_len || memcmp(text, shadow, len) != 0) {
		CHECK(text);
		check_change((const char*)shadow, shadow_len, text, len);
	} else {
		CHECK(status != 0 || root_of(text, len) < len);
	}
	end_run();
	return 0;
}
