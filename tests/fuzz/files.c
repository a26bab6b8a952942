/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fuzzes the files that osconf changes a part of, with osconf as a whole in a machine of
 * its own. It holds that
 * - the second run changes nothing;
 * - lines that are not osconf's stay; a file with a NUL byte stays as it is.
 *
 * The input is the text of each file, parted by lines "----".
 */
#include "machine.h"

static const char *const file[] = {
	"/etc/hosts", "/etc/resolv.conf", "/etc/network/interfaces", "/etc/sysconfig/network",
	"/etc/sysconfig/network-scripts/ifcfg-" CARD, "/etc/hostname",
};
enum { HOSTS, RESOLV, FILES = ARRAY_SIZE(file) };

static const char settings[] =
	"hostname='web'\ndns_nameserver='7.7.7.7 8.8.8.8'\n"
	"eth0_ip_addr='10.171.254.123'\neth0_netmask='255.255.255.0'\neth0_mac_addr='" MAC "'\n"
	"eth0_route='0.0.0.0/0 10.171.254.1'\n";

void prepare(void)
{
	enter_machine();
	run_command("mkdir -p /etc/network /etc/sysconfig/network-scripts");
	put_file(SAVED_FILE, settings, sizeof(settings) - 1);
}

struct text {
	char *text;
	size_t len;
};

static int is_osconfs(int n, const char *line, size_t len)
{
	static const char mark[] = " # osconf";

	if (n == HOSTS)
		return len >= sizeof(mark) - 1 && memcmp(line + len - (sizeof(mark) - 1), mark, sizeof(mark) - 1) == 0;
	return len > 10 && memcmp(line, "nameserver", 10) == 0 && isblank(line[10]);
}

/* The lines that are not osconf's, each with a newline */
static struct text others_of(int n, const struct text *from)
{
	const char *line = from->text, *end = line + from->len;
	struct text others = { xmalloc(from->len + 1), 0 };

	while (line < end) {
		const char *next = memchr(line, '\n', end - line);
		size_t len = (next ? next : end) - line;

		if (!is_osconfs(n, line, len)) {
			memcpy(others.text + others.len, line, len);
			others.len += len;
			others.text[others.len++] = '\n';
		}
		line += len + 1;
	}
	return others;
}

static int is_same(const struct text *one, const struct text *other)
{
	return one->len == other->len && memcmp(one->text, other->text, one->len) == 0;
}

static void check_others(int n, const struct text *before, const struct text *after)
{
	struct text others_before = others_of(n, before), others_after = others_of(n, after);

	CHECK(is_same(&others_before, &others_after));
}

static void put_files(struct text before[FILES], const uint8_t *data, size_t size)
{
	unsigned n;

	for (n = 0; n < FILES; n++) {
		before[n].len = 0;
		if (!next_part(&data, &size, (const uint8_t**)&before[n].text, &before[n].len))
			before[n].text = NULL;
		put_file(file[n], before[n].text, before[n].len);
	}
}

static void check_files(const struct text before[FILES], const struct text after[FILES])
{
	int n;

	for (n = 0; n < FILES; n++) {
		if (before[n].len && memchr(before[n].text, '\0', before[n].len))
			CHECK(is_same(&before[n], &after[n]));
		else if (before[n].text && n <= RESOLV)
			check_others(n, &before[n], &after[n]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *backend = size % 3 == 0 ? "live" : size % 3 == 1 ? "ifupdown" : "sysconfig";
	char *argv[] = { (char*)"osconf", (char*)"-qw0", (char*)"-d/mnt", (char*)"-b", (char*)backend, NULL };
	struct text before[FILES], after[FILES], again;
	int n, status, status_again;

	put_files(before, data, size);
	begin_run();
	status = run_osconf(argv);
	for (n = 0; n < FILES; n++)
		after[n].text = get_file(file[n], &after[n].len);
	check_files(before, after);
	status_again = run_osconf(argv);
	CHECK(status == status_again);
	for (n = 0; n < FILES; n++) {
		again.text = get_file(file[n], &again.len);
		CHECK(is_same(&after[n], &again));
	}
	if (status == 0 && before[HOSTS].len)
		reached(backend);
	end_run();
	return 0;
}
