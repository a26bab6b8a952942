/* vi: set sw=4 ts=4: */
/*
 * osconf: described interfaces -> the kernel's cards that they are.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += cards.o
#include "cards.h"
#include "message.h"

enum { BY_MAC, BY_NAME, IN_ORDER };

/* An address belongs to what a card is part of, not to the card */
static int is_candidate(const struct card *card)
{
	return card->eth < 0 && !card->loopback && !card->enslaved;
}

static int is_free_physical(const struct card *card)
{
	return is_candidate(card) && card->physical;
}

static int is_match(const struct settings *settings, const struct card *card, int n, int how)
{
	if (!is_candidate(card))
		return 0;
	switch (how) {
	case BY_MAC:
		return strcmp(card->mac_addr, settings->value[KEY_INTERFACE(n) + MAC_ADDR]) == 0;
	case BY_NAME:
		return card->number == n;
	default:
		return card->physical;
	}
}

/* The first that matches, a physical one if there is: a VLAN and a bridge have
 * the MAC address of a card of theirs */
static struct card *find_card(const struct settings *settings, const struct kernel *kernel,
		int n, int how)
{
	struct card *found = NULL;
	unsigned i;

	for (i = 0; i < kernel->cards; i++) {
		struct card *card = &kernel->card[i];
		if (is_match(settings, card, n, how) && (!found || card->physical > found->physical))
			found = card;
	}
	return found;
}

/* Gives each interface in wanted a card that is nobody's.  Returns those for
 * which there is none. */
static uint32_t match(const struct settings *settings, struct kernel *kernel,
		uint32_t wanted, int how)
{
	int n;

	for (n = 0; n < INTERFACES_MAX; n++) {
		struct card *card;

		if (!(wanted & (1U << n)))
			continue;
		card = find_card(settings, kernel, n, how);
		if (card) {
			card->eth = n;
			wanted &= ~(1U << n);
		}
	}
	return wanted;
}

/* Returns those of missing that still are */
static uint32_t adopt(struct settings *settings, struct kernel *kernel, uint32_t missing)
{
	uint32_t adopted = missing;
	unsigned i, physical = 0;

	missing = match(settings, kernel, missing, BY_NAME);
	for (i = 0; i < kernel->cards; i++)
		physical += is_free_physical(&kernel->card[i]);
	if (physical == (unsigned)__builtin_popcount(missing))
		missing = match(settings, kernel, missing, IN_ORDER);
	for (i = 0; i < kernel->cards; i++) {
		struct card *card = &kernel->card[i];

		if (card->eth < 0 || !(adopted & (1U << card->eth)))
			continue;
		error_msg("eth%d: no card with MAC address %s, using %s (%s)", card->eth,
			settings->value[KEY_INTERFACE(card->eth) + MAC_ADDR], card->name, card->mac_addr);
		set_value(settings, KEY_INTERFACE(card->eth) + MAC_ADDR, xstrdup(card->mac_addr));
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
		const struct settings *fresh, unsigned wait_ms)
{
	unsigned start = monotonic_ms();
	uint32_t named = interfaces_named(settings);
	uint32_t with_mac = interfaces_with(settings, MAC_ADDR);
	uint32_t missing, adoptable;

	for (;;) {
		if (read_cards(kernel) != 0)
			return perror_msg("can't read network cards");
		/* those with a MAC address first: a card that is theirs may be named ethN */
		missing = match(settings, kernel, with_mac, BY_MAC)
			| match(settings, kernel, named & ~with_mac, BY_NAME);
		if (!missing || (unsigned)monotonic_ms() - start >= wait_ms)
			break;
		usleep(WAIT_STEP_MS * 1000);
	}
	if (fresh) {
		adoptable = missing & interfaces_with(fresh, MAC_ADDR);
		missing = (missing & ~adoptable) | adopt(settings, kernel, adoptable);
	}
	return say_missing(settings, missing);
}
