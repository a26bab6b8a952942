/* vi: set sw=4 ts=4: */
/*
 * osconf: described interfaces -> the kernel's cards that they are.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += cards.o
#include "osconf.h"

static int find_card(const struct settings *settings, const struct kernel *kernel,
		int n, int physical)
{
	const struct interface *eth = &settings->eth[n];
	char name[sizeof("eth31")];
	unsigned i;

	sprintf(name, "eth%d", n);
	for (i = 0; i < kernel->cards; i++) {
		const struct card *card = &kernel->card[i];
		if (card->eth >= 0 || card->physical != physical)
			continue;
		if ((eth->has & (1 << MAC_ADDR))
			? memcmp(card->mac_addr, eth->mac_addr, MAC_LEN) == 0
			: strcmp(card->name, name) == 0
		) {
			return i;
		}
	}
	return -1;
}

/* Gives each described interface its card: by MAC address, physical ones
 * first, or by name where there is no MAC address.
 * Returns a bit for each interface whose card is not there. */
static uint32_t match_cards(const struct settings *settings, struct kernel *kernel)
{
	uint32_t missing = settings->named;
	int by_name, n, i;

	/* Those with a MAC address first: a card that is theirs may be named ethN */
	for (by_name = 0; by_name <= 1; by_name++) {
		for (n = 0; n < INTERFACES_MAX; n++) {
			int has_mac = (settings->eth[n].has >> MAC_ADDR) & 1;

			if (!(missing & (1U << n)) || by_name == has_mac)
				continue;
			i = find_card(settings, kernel, n, 1);
			if (i < 0)
				i = find_card(settings, kernel, n, 0);
			if (i < 0)
				continue;
			kernel->card[i].eth = n;
			missing &= ~(1U << n);
		}
	}
	return missing;
}

/* Gives the interfaces in missing the card with their name, if that is
 * nobody's, and its MAC address.  Returns those that got one. */
static uint32_t adopt_cards(struct settings *settings, struct kernel *kernel, uint32_t missing)
{
	uint32_t adopted = 0;
	unsigned i, n;

	for (i = 0; i < kernel->cards; i++) {
		struct card *card = &kernel->card[i];
		const char *number = is_prefixed_with(card->name, "eth");

		if (card->eth >= 0 || !number)
			continue;
		number = take_number(number, INTERFACES_MAX - 1, &n);
		if (!number || *number || !(missing & (1U << n)))
			continue;
		card->eth = n;
		memcpy(settings->eth[n].mac_addr, card->mac_addr, MAC_LEN);
		adopted |= 1U << n;
	}
	return adopted;
}

static uint32_t with_mac_address(const struct settings *settings)
{
	uint32_t bits = 0;
	int n;

	for (n = 0; n < INTERFACES_MAX; n++)
		if (settings->eth[n].has & (1 << MAC_ADDR))
			bits |= 1U << n;
	return bits;
}

int FAST_FUNC find_cards(struct settings *settings, struct kernel *kernel,
		const struct settings_file *fresh, unsigned wait_ms)
{
	unsigned start = monotonic_ms();
	uint32_t missing, adopted = 0;
	unsigned n;
	int failed;

	for (;;) {
		failed = kernel_read_cards(kernel);
		missing = match_cards(settings, kernel);
		if (!missing || (unsigned)monotonic_ms() - start >= wait_ms)
			break;
		usleep(WAIT_STEP_MS * 1000);
	}
	if (missing && fresh->valid)
		adopted = adopt_cards(settings, kernel, missing & with_mac_address(&fresh->settings));
	for (n = 0; n < INTERFACES_MAX; n++) {
		const struct interface *eth = &settings->eth[n];
		if (adopted & (1U << n))
			bb_error_msg("eth%u: no card has the MAC address of os.conf, "
				"card eth%u with "MAC_FORMAT" is taken", n, n, MAC_ARGS(eth->mac_addr));
		else if (!(missing & (1U << n)))
			continue;
		else if (eth->has & (1 << MAC_ADDR))
			bb_error_msg("eth%u: no card with MAC address "MAC_FORMAT, n, MAC_ARGS(eth->mac_addr));
		else
			bb_error_msg("eth%u: no such card", n);
	}
	return (missing & ~adopted) ? -1 : failed;
}
