/* vi: set sw=4 ts=4: */
/*
 * osconf: described interfaces -> the kernel's cards that they are.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += cards.o
#include "osconf.h"

enum { BY_MAC, BY_NAME };

/* Gives each interface in wanted a card that is nobody's, physical ones first.
 * Returns those for which there is none. */
static uint32_t match(const struct settings *settings, struct kernel *kernel,
		uint32_t wanted, int how)
{
	int physical, n;
	unsigned i;

	for (physical = 1; physical >= 0; physical--) {
		for (n = 0; n < INTERFACES_MAX; n++) {
			const char *mac = settings->value[KEY_INTERFACE(n) + MAC_ADDR];

			for (i = 0; i < kernel->cards && (wanted & (1U << n)); i++) {
				struct card *card = &kernel->card[i];

				if (card->eth < 0
				 && (how == BY_NAME ? card->number == n : strcmp(card->mac_addr, mac) == 0)
				 && is_physical(card) == physical
				) {
					card->eth = n;
					wanted &= ~(1U << n);
				}
			}
		}
	}
	return wanted;
}

int FAST_FUNC find_cards(struct settings *settings, struct kernel *kernel,
		const struct settings_file *fresh, unsigned wait_ms)
{
	unsigned start = monotonic_ms();
	uint32_t named = interfaces_named(settings);
	uint32_t with_mac = interfaces_with(settings, MAC_ADDR);
	uint32_t missing, adoptable = 0;
	unsigned i;
	int failed;

	for (;;) {
		failed = kernel_read_cards(kernel);
		/* those with a MAC address first: a card that is theirs may be named ethN */
		missing = match(settings, kernel, with_mac, BY_MAC)
			| match(settings, kernel, named & ~with_mac, BY_NAME);
		if (!missing || (unsigned)monotonic_ms() - start >= wait_ms)
			break;
		usleep(WAIT_STEP_MS * 1000);
	}
	if (fresh->valid)
		adoptable = missing & interfaces_with(&fresh->settings, MAC_ADDR);
	missing = (missing & ~adoptable) | match(settings, kernel, adoptable, BY_NAME);
	for (i = 0; i < kernel->cards; i++) {
		struct card *card = &kernel->card[i];

		if (card->eth < 0 || !(adoptable & (1U << card->eth)))
			continue;
		bb_error_msg("%s: no card has the MAC address of os.conf, card %s with %s is taken",
			card->name, card->name, card->mac_addr);
		settings->value[KEY_INTERFACE(card->eth) + MAC_ADDR] = card->mac_addr;
	}
	for (i = 0; i < INTERFACES_MAX; i++) {
		const char *mac = settings->value[KEY_INTERFACE(i) + MAC_ADDR];

		if (missing & (1U << i))
			bb_error_msg(mac ? "eth%u: no card with MAC address %s" : "eth%u: no such card", i, mac);
	}
	return missing ? -1 : failed;
}
