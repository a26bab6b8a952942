/* vi: set sw=4 ts=4: */
/*
 * osconf: described interfaces -> their cards in the kernel.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += cards.o
#include "cards.h"
#include "message.h"

enum { BY_MAC, BY_NAME, BY_INDEX, IN_ORDER };

/* A bridge or bond has the address, not the cards in it */
static int is_candidate(const struct card *card)
{
	return card->eth < 0 && !card->loopback && !card->enslaved;
}

static int is_free_physical(const struct card *card)
{
	return is_candidate(card) && card->physical;
}

/* mac: for BY_MAC; number: N of ethN, or an index */
static int is_match(const struct card *card, int how, const char *mac, int number)
{
	if (!is_candidate(card))
		return 0;
	switch (how) {
	case BY_MAC:
		return strcmp(card->mac_addr, mac) == 0;
	case BY_NAME:
		return card->number == number;
	case BY_INDEX:
		return card->index == number;
	default:
		return card->physical;
	}
}

/* Returns the first match, or NULL.  Prefers a physical card: VLANs and bridges share
 * the MAC address of one of their cards */
static struct card *find_card(const struct kernel *kernel, int how, const char *mac, int number)
{
	struct card *found = NULL;
	unsigned i;

	for (i = 0; i < kernel->cards; i++) {
		struct card *card = &kernel->card[i];
		if (is_match(card, how, mac, number) && (!found || card->physical > found->physical))
			found = card;
	}
	return found;
}

/* Assigns a free card to each interface in wanted.  Returns the interfaces for which
 * there is none. */
static uint32_t match(const struct settings *settings, struct kernel *kernel,
		uint32_t wanted, int how)
{
	int n;

	for (n = 0; n < INTERFACES_MAX; n++) {
		struct card *card;

		if (!(wanted & (1U << n)))
			continue;
		card = find_card(kernel, how, settings->value[KEY_INTERFACE(n) + MAC_ADDR], n);
		if (card) {
			card->eth = n;
			wanted &= ~(1U << n);
		}
	}
	return wanted;
}

static unsigned number_of_bits(uint32_t bits)
{
	unsigned number = 0;

	for (; bits; bits &= bits - 1)
		number++;
	return number;
}

/* Assigns another card to each missing interface and stores the card's MAC address.
 * Returns the interfaces still missing. */
static uint32_t adopt(struct settings *settings, struct kernel *kernel, uint32_t missing)
{
	uint32_t adopted = missing;
	unsigned i, physical = 0;

	missing = match(settings, kernel, missing, BY_NAME);
	for (i = 0; i < kernel->cards; i++)
		physical += is_free_physical(&kernel->card[i]);
	if (physical == number_of_bits(missing))
		missing = match(settings, kernel, missing, IN_ORDER);
	for (i = 0; i < kernel->cards; i++) {
		struct card *card = &kernel->card[i];

		if (card->eth < 0 || !(adopted & (1U << card->eth)))
			continue;
		notice_msg("eth%d: no card with MAC address %s, using %s (%s)", card->eth,
			settings->value[KEY_INTERFACE(card->eth) + MAC_ADDR], card->name, card->mac_addr);
		settings->value[KEY_INTERFACE(card->eth) + MAC_ADDR] = xstrdup(card->mac_addr);
	}
	return missing;
}

static int say_missing(const struct settings *settings, uint32_t missing)
{
	int n;

	for (n = 0; n < INTERFACES_MAX; n++) {
		const char *mac = settings->value[KEY_INTERFACE(n) + MAC_ADDR];

		if (!(missing & (1U << n)))
			continue;
		if (mac)
			error_msg("eth%d: no card with MAC address %s", n, mac);
		else
			error_msg("eth%d: no such card", n);
	}
	return missing ? -1 : 0;
}

int FAST_FUNC find_cards(struct settings *settings, struct kernel *kernel,
		const struct settings *fresh, deadline_t deadline)
{
	uint32_t named = interfaces_named(settings);
	uint32_t with_mac = interfaces_with(settings, MAC_ADDR);
	uint32_t missing, adoptable;

	for (;;) {
		if (read_cards(kernel) != 0)
			return perror_msg("can't read network cards");
		/* MAC addresses first: a card that matches one may be named ethN */
		missing = match(settings, kernel, with_mac, BY_MAC)
			| match(settings, kernel, named & ~with_mac, BY_NAME);
		if (!missing || !wait_until(deadline))
			break;
	}
	if (fresh) {
		adoptable = missing & interfaces_with(fresh, MAC_ADDR);
		missing = (missing & ~adoptable) | adopt(settings, kernel, adoptable);
	}
	return say_missing(settings, missing);
}

int FAST_FUNC find_cards_again(const struct settings *settings, struct kernel *kernel)
{
	const struct card *before = kernel->card;
	const struct card *end = before + kernel->cards;
	uint32_t missing = 0;

	if (read_cards(kernel) != 0)
		return perror_msg("can't read network cards");
	for (; before < end; before++) {
		struct card *card;

		if (before->eth < 0)
			continue;
		card = find_card(kernel, BY_INDEX, NULL, before->index);
		if (!card)
			card = find_card(kernel, BY_MAC, before->mac_addr, 0);
		if (card)
			card->eth = before->eth;
		else
			missing |= 1U << before->eth;
	}
	return say_missing(settings, missing);
}
