/* vi: set sw=4 ts=4: */
/*
 * osconf: a function that may die -> its result.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += guard.o
#include "guard.h"

static jmp_buf *innermost;

static void come_back(void)
{
	longjmp(*innermost, 1);
}

/* Same method as run_nofork_applet(), which is not compiled into every busybox */
int FAST_FUNC run_guarded(int (*function)(void *data), void *data)
{
	jmp_buf *volatile outer = innermost;
	jmp_buf here;
	int result = DIED;

	innermost = &here;
	die_func = come_back;
	errno = 0;
	if (setjmp(here) == 0)
		result = function(data);
	innermost = outer;
	die_func = outer ? come_back : NULL;
	return result;
}
