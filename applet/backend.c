/* vi: set sw=4 ts=4: */
/*
 * osconf: a plan -> files of the system that brings the network up.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//config:config FEATURE_OSCONF_BACKENDS
//config:	bool #No description makes it a hidden option
//config:	default n
//config:	depends on OSCONF

//kbuild:lib-$(CONFIG_FEATURE_OSCONF_BACKENDS) += backend.o
#include "backend.h"
#include "backend_ifupdown.h"
#include "backend_sysconfig.h"
#include "message.h"

int FAST_FUNC backend_of(const char *name)
{
	int backend = index_in_strings(
		"live\0"
		IF_FEATURE_OSCONF_IFUPDOWN("ifupdown\0")
		IF_FEATURE_OSCONF_SYSCONFIG("sysconfig\0"), name);

	if (backend < 0)
		error_msg("-b %s: not live"
			IF_FEATURE_OSCONF_IFUPDOWN(" or ifupdown")
			IF_FEATURE_OSCONF_SYSCONFIG(" or sysconfig"), name);
	return backend;
}

int FAST_FUNC converge_backends(struct batch *batch, int backend, const struct plan *plan)
{
	static const struct plan none;
	int failed = 0;

	if (ENABLE_FEATURE_OSCONF_IFUPDOWN)
		failed |= converge_ifupdown(batch, backend == BACKEND_IFUPDOWN ? plan : &none);
	if (ENABLE_FEATURE_OSCONF_SYSCONFIG)
		failed |= converge_sysconfig(batch, backend == BACKEND_SYSCONFIG ? plan : &none);
	return failed;
}
