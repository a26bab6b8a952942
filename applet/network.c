/* vi: set sw=4 ts=4: */
/*
 * osconf: settings -> the kernel has what they describe, and that is proved.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += network.o
#include "network.h"
#include "cards.h"
#include "command.h"
#include "message.h"
#include "run.h"

enum {
	RUNS = 2,
	READINGS = 3,
};

static int print_or_run(struct kernel *kernel, struct plan *plan)
{
	if (option_mask32 & OPT_dry_run) {
		print_plan(plan);
		return 0;
	}
	return run_plan(kernel, plan, 0);
}

int FAST_FUNC run_once(const struct settings *settings, struct kernel *kernel)
{
	struct plan plan = { NULL, 0, 0 };

	if (!(option_mask32 & OPT_root))
		read_hostname(kernel);
	make_plan(&plan, settings, kernel);
	return print_or_run(kernel, &plan);
}

/* Returns the first step of a host name or card, or the first that has failed; or NULL */
static const struct step *first_step(const struct plan *plan, const char *name, int failed)
{
	unsigned i;

	for (i = 0; i < plan->steps; i++)
		if (plan->step[i].failed >= failed && strcmp(plan->step[i].name, name) == 0)
			return &plan->step[i];
	return NULL;
}

static void say_found(const struct settings *settings, const struct kernel *kernel, const struct plan *plan)
{
	unsigned i;

	if (plan->no_default && plan->steps)
		notice_msg("no gateway: only the cards' own networks and destinations can be reached");
	for (i = 0; i < kernel->cards; i++) {
		const struct card *card = &kernel->card[i];
		const char *ip_addr = card->eth < 0 ? NULL : settings->value[KEY_INTERFACE(card->eth) + IP_ADDR];

		if (ip_addr && !first_step(plan, card->name, 0))
			verbose_msg("%s: %s and its routes are there", card->name, ip_addr);
	}
}

static void say_left_of(const struct plan *plan, const struct plan *before, const char *name)
{
	const struct step *step = first_step(plan, name, 0);
	char message[COMMAND_SIZE];

	if (!step || first_step(before, name, 1))
		return;
	step_message(step, message);
	error_msg("%s: done twice, without effect", message);
}

/* Says for each card what is missing, unless it was said why */
static void say_left(const struct kernel *kernel, const struct plan *plan, const struct plan *before)
{
	unsigned i;

	if (plan->step->what == STEP_HOSTNAME)
		say_left_of(plan, before, plan->step->name);
	for (i = 0; i < kernel->cards; i++)
		say_left_of(plan, before, kernel->card[i].name);
}

static int are_named_as(const struct kernel *kernel, const struct card *card, unsigned cards)
{
	unsigned i;

	if (kernel->cards != cards)
		return 0;
	for (i = 0; i < cards; i++)
		if (kernel->card[i].index != card[i].index || strcmp(kernel->card[i].name, card[i].name) != 0)
			return 0;
	return 1;
}

/* The cards have been read.  What has changed since, or changes while this is read, makes steps:
 * a card that is renamed has addresses with another one's label, and the plan would take them
 * away.  So if there are steps, the cards are read again, and if they differ, all is.
 * unread: what can't be read can't be proved either.
 * Returns 0, or -1 after printing which card is missing */
static int read_and_plan(struct plan *plan, const struct settings *settings, struct kernel *kernel, int *unread)
{
	int failed = 0, readings = 0;
	struct card *card;
	unsigned cards;

	read_hostname(kernel);
	do {
		card = kernel->card;
		cards = kernel->cards;
		memset(plan, 0, sizeof(*plan));
		*unread = read_addresses_and_routes(kernel) | -!kernel->known;
		make_plan(plan, settings, kernel);
		if (!plan->steps || *unread)
			break;
		failed |= find_cards_again(settings, kernel);
		if (!kernel->known) { /* the plan at hand is better than none */
			kernel->card = card;
			kernel->cards = cards;
			*unread = kernel->known = 1;
			return -1;
		}
	} while (!are_named_as(kernel, card, cards) && ++readings < READINGS);
	*unread |= -!kernel->known;
	return failed;
}

int FAST_FUNC converge_network(const struct settings *settings, struct kernel *kernel, int old)
{
	struct plan plan = { NULL, 0, 0 }, before;
	int failed = 0, runs;

	for (runs = 0;; runs++) {
		int unread;

		before = plan;
		if (runs > 0 || (old && kernel->known))
			failed |= find_cards_again(settings, kernel);
		failed |= read_and_plan(&plan, settings, kernel, &unread);
		if (runs == 0)
			say_found(settings, kernel, &plan);
		if (!plan.steps)
			return failed | unread;
		if (runs == RUNS) {
			say_left(kernel, &plan, &before);
			return -1;
		}
		if (unread || (option_mask32 & OPT_dry_run))
			return print_or_run(kernel, &plan) | failed | unread;
		if (run_plan(kernel, &plan, runs + 1 < RUNS) != 0 && runs + 1 == RUNS)
			failed = -1;
	}
}
