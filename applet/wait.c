/* vi: set sw=4 ts=4: */
/*
 * osconf: a deadline -> whether it is worth while to look again.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += wait.o
#include "wait.h"

enum { WAIT_STEP_MS = 50 };

int FAST_FUNC wait_until(deadline_t deadline)
{
	if (monotonic_ms() >= deadline)
		return 0;
	usleep(WAIT_STEP_MS * 1000);
	return 1;
}
