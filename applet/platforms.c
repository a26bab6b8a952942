/* vi: set sw=4 ts=4: */
/*
 * osconf: the table of platforms.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_FEATURE_OSCONF_CONFIG_DRIVE) += platforms.o
#include "platforms.h"

const struct platform platforms[] = {
	/* "Customized Linux", help/doc-detail/51138.htm */
	[ALIBABA_CLOUD] = { NULL, OSCONF_DIR, 0, 0, 0 },
	/* "Forced image import", document/product/213/12849 */
	[TENCENT_CLOUD] = { "LABEL=config-2", DRIVE_DIR, 1, 1, 1 },
};
