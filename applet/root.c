/* vi: set sw=4 ts=4: */
/*
 * osconf: settings -> the cards of the machine that will boot from the root of -R.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//config:config FEATURE_OSCONF_ROOT
//config:	bool "Files of another root directory: -R (430 bytes)"
//config:	default y
//config:	depends on OSCONF
//config:	help
//config:	With -R ROOT, osconf writes the files under ROOT and touches nothing
//config:	of the running system: to prepare an image, or to rescue an instance.

//kbuild:lib-$(CONFIG_FEATURE_OSCONF_ROOT) += root.o
#include "root.h"

void FAST_FUNC assume_cards(struct kernel *kernel, const struct settings *settings)
{
	uint32_t named = interfaces_named(settings);
	char name[IFNAMSIZ];
	int n;

	kernel->known = 1;
	add_card(kernel, "lo")->loopback = 1;
	for (n = 0; n < INTERFACES_MAX; n++) {
		if (named & (1U << n)) {
			sprintf(name, "eth%d", n);
			add_card(kernel, name)->eth = n;
		}
	}
}
