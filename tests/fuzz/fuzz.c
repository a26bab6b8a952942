/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fuzzes parse, settings and plan as they are in the applet: from the text of
 * files to the commands of the plan. Not only may nothing crash; it also holds
 * that
 * - what is saved is read back as the same settings, without complaint, and is the
 *   same text again; a password that was applied is not in the text of its file;
 * - commands, messages, reports and saved settings (but for comments that somebody
 *   wrote) have only printable ASCII in them, and commands only what busybox's applets want there;
 * - a plan that has been run leaves nothing to do.
 *
 * The input is an os.conf; with SAVED=1, a file of saved settings. A
 * line "----" ends it, and the rest is the other of the two.
 */
#include "applied.h"
#include "command.h"
#include "parse.h"
#include "root.h"

struct text {
	char *text;
	size_t len;
	struct settings settings;
	struct report report;
};

#define CHECK(condition) do { if (!(condition)) { fprintf(stderr, "%s: does not hold\n", #condition); abort(); } } while (0)

static int is_of(const char *s, size_t len, const char *alphabet)
{
	while (len--) {
		char c = *s++;
		if (!isalnum(c) && (!c || !strchr(alphabet, c)))
			return 0;
	}
	return 1;
}

static int is_printable_text(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (s[i] != '\n' && (s[i] < ' ' || s[i] > '~'))
			return 0;
	return len == 0 || s[len - 1] == '\n';
}

/* Returns 0: it is refused as a whole.  Large buffers are not allocated each
 * time: that takes longer than all the rest. */
static int understand(struct text *file, const char *text, size_t len, int source)
{
	static char report[REPORT_SIZE], unknowns[REPORT_SIZE];
	struct report unknown = { unknowns, 0 };
	int assignments;

	memset(file, 0, sizeof(*file));
	file->text = xmalloc(len + 2);
	memcpy(file->text, text, len);
	file->len = len;
	file->report.text = report;

	assignments = parse_text(file->text, len, source, &file->settings, &file->report, &unknown);
	if (assignments >= 0)
		check_settings(&file->settings, &file->report);
	if (assignments >= 0 && source == SAVED_SETTINGS)
		take_old_entries(&file->settings);
	CHECK(is_printable_text(file->report.text, file->report.len));
	CHECK(is_printable_text(unknown.text, unknown.len));
	return assignments >= 0;
}

static void check_saved(const struct settings *settings)
{
	char *text = settings_to_text(settings), *again;
	size_t len = strlen(text), comments = settings->comments ? strlen(settings->comments) : 0;
	char *values = strchr(text, '\n') + 1 + comments;
	struct text file;

	CHECK(is_printable_text(values, text + len - values));
	CHECK(understand(&file, text, len, SAVED_SETTINGS));
	CHECK(file.report.len == 0);
	CHECK(!file.settings.foreign);
	CHECK(!settings_differ(&file.settings, settings));
	again = settings_to_text(&file.settings);
	CHECK(strcmp(text, again) == 0);
	free(file.settings.comments);
	free(file.text);
	free(again);
	free(text);
}

static void check_stars(const char *text, size_t len)
{
	char *starred = xmalloc(len + 1);
	struct text before, after;

	memcpy(starred, text, len);
	starred[len] = '\0';
	if (understand(&before, text, len, FIRST_PARTITION)) {
		star_passwords(starred, len);
		CHECK(understand(&after, starred, len, FIRST_PARTITION));
		CHECK(!after.settings.value[KEY_PASSWORD]);
		CHECK(!settings_differ(&before.settings, &after.settings));
		free(after.text);
	}
	free(before.text);
	free(starred);
}

/*** A kernel that does what a plan says ***/

static struct card *card_of(const struct kernel *kernel, const char *name)
{
	struct card *card = kernel->card;

	while (strcmp(card->name, name) != 0)
		card++;
	return card;
}

static void add_address(struct kernel *kernel, const struct card *card, const struct step *step)
{
	struct address *address;

	kernel->address = xrealloc_vector(kernel->address, 4, kernel->addresses);
	address = &kernel->address[kernel->addresses++];
	memset(address, 0, sizeof(*address));
	address->card = card;
	address->plain = 1;
	address->ip_addr = address->peer = step->route.destination;
	address->netmask = step->route.netmask;
	address->broadcast = broadcast_of(address->ip_addr, address->netmask);
}

static struct kernel_route *add_route(struct kernel *kernel, const struct card *card, const struct route *route,
		unsigned metric)
{
	struct kernel_route *r;

	kernel->route = xrealloc_vector(kernel->route, 6, kernel->routes);
	r = &kernel->route[kernel->routes++];
	memset(r, 0, sizeof(*r));
	r->route = *route;
	r->metric = metric;
	r->card = card;
	r->plain = r->one_hop = 1;
	return r;
}

static void run_step_there(struct kernel *kernel, const struct step *step)
{
	struct card *card;

	if (step->what == STEP_HOSTNAME) {
		strcpy(kernel->hostname, step->name);
		return;
	}
	card = card_of(kernel, step->name);
	if (step->what == STEP_ADDRESS) {
		struct route subnet = step->route;
		card->flags |= IFF_UP;
		add_address(kernel, card, step);
		subnet.destination &= subnet.netmask;
		if (~subnet.netmask && !card->loopback) {
			struct kernel_route *r = add_route(kernel, card, &subnet, 0);
			r->of_subnet = 1;
			r->source = step->route.destination;
		}
	} else if (step->what == STEP_ROUTE) {
		add_route(kernel, card, &step->route, step->metric);
	} else {
		CHECK(!"a machine with nothing set up has nothing to remove");
	}
}

static void check_step(const struct step *step)
{
	char *command = xmalloc(COMMAND_SIZE), *message = xmalloc(COMMAND_SIZE);

	step_command(step, command);
	CHECK(is_of(command, strlen(command), " ./-_") && !strstr(command, " -") == !strstr(command, "route add -"));
	step_message(step, message);
	CHECK(is_of(message, strlen(message), " ./-_:"));
	free(command);
	free(message);
}

static void check_plan(const struct settings *settings)
{
	struct kernel kernel = { 0 };
	struct plan plan = { NULL }, again = { NULL };
	unsigned i;

	assume_cards(&kernel, settings);
	make_plan(&plan, settings, &kernel);
	for (i = 0; i < plan.steps; i++) {
		check_step(&plan.step[i]);
		run_step_there(&kernel, &plan.step[i]);
	}
	make_plan(&again, settings, &kernel);
	CHECK(again.steps == 0);
	CHECK(!plan.steps || !getenv("FUZZ_FAULT")); /* see harness.h */
	free(plan.step);
	free(again.step);
	free(kernel.card);
	free(kernel.address);
	free(kernel.route);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc UNUSED_PARAM, char ***argv UNUSED_PARAM)
{
	/* What busybox's main does */
	ASSIGN_CONST_PTR(&bb_errno, __errno_location());
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char separator[] = "\n----\n";
	static const char entry[] = "$6$0123456789abcdef$"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	const char *text = (const char *)data;
	const char *end = memmem(text, size, separator, sizeof(separator) - 1);
	struct text first, second;
	struct text *fresh = SAVED ? &second : &first;
	struct text *saved = SAVED ? &first : &second;
	/* os.conf is now one platform's, now the other's */
	int source = size & 1 ? FIRST_PARTITION : CONFIG_DRIVE;
	size_t rest;
	struct settings merged;
	int ok;

	if (end) {
		end += sizeof(separator) - 1;
		rest = text + size - end;
		size -= rest + sizeof(separator) - 1;
	} else {
		end = text + size;
		rest = 0;
	}
	ok = understand(&first, text, size, SAVED ? SAVED_SETTINGS : source)
		& understand(&second, end, rest, SAVED ? source : SAVED_SETTINGS);
	if (ok) {
		merge_settings(&merged, &saved->settings, &fresh->settings);
		set_entry(&merged, DRIVE_FILE, entry);
		CHECK(names_entry(&merged, DRIVE_FILE));
		check_saved(&merged);
		set_entry(&merged, DRIVE_FILE, NULL);
		CHECK(!names_entry(&merged, DRIVE_FILE));
		check_saved(&merged);
		check_plan(&merged);
	}
	check_stars(text, size);
	free(saved->settings.comments);
	free(first.text);
	free(second.text);
	return 0;
}
