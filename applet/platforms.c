/* vi: set sw=4 ts=4: */
/*
 * osconf: the table of platforms.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_FEATURE_OSCONF_CONFIG_DRIVE) += platforms.o
#include "platforms.h"

const struct platform platforms[] = {
	[ALIBABA_CLOUD] = { /* "Customized Linux", help/doc-detail/51138.htm */
		.directory = OSCONF_DIR,
	},
	[TENCENT_CLOUD] = { /* "Forced Image Import", document/product/213/12849 */
		.volume = "LABEL=config-2",
		.directory = DRIVE_DIR,
		.stays = 1,
		.password_is_hash = 1,
		.underscores = 1,
	},
};
