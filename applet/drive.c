/* vi: set sw=4 ts=4: */
/*
 * osconf: config drive -> its os.conf, and whether that is news.
 * The drive is read-only and there at every boot.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//config:config FEATURE_OSCONF_CONFIG_DRIVE
//config:	bool "Tencent Cloud's config drive (1.6 kb)"
//config:	default n
//config:	depends on OSCONF
//config:	help
//config:	Tencent Cloud hands an image that was imported by force the same
//config:	keys on a CD-ROM with the label config-2, in qcloud_action/os.conf.
//config:	With this, one image comes up on both platforms.

//kbuild:lib-$(CONFIG_FEATURE_OSCONF_CONFIG_DRIVE) += drive.o
#include "drive.h"
#include "applied.h"
#include "device.h"
#include "message.h"
#include "mount.h"

/*** The drive ***/

/* Opens the root of the first volume that has the directory; leaves place->drive as it
 * is if none has.  first: this has not been called before.  Returns 0, or -1 after
 * printing what is wrong with others */
static int look_for_drive(struct place *place, int first)
{
	char name[NAME_SIZE] = "";
	char device[DEVICE_SIZE];
	const char *type;
	int failed = 0;

	while ((type = next_by_spec("LABEL=config-2", name, device)) != NULL) {
		smallint read_only = 1;
		int root, dir;

		if (type[0] != 'i') { /* iso9660 */
			if (first)
				verbose_msg("%s is no config drive (%s)", device, type);
			continue;
		}
		root = open_mounted(device, type, &read_only);
		dir = root < 0 ? root : open_real_dir(root, DRIVE_DIR);
		if (dir >= 0) {
			close(dir);
			place->drive = root;
			return failed;
		}
		failed = root < 0 ? root : perror_msg("%s: can't open directory %s", device, DRIVE_DIR);
	}
	return failed;
}

int FAST_FUNC open_drive(struct place *place, deadline_t deadline)
{
	int failed, first = 1;

	while ((failed = look_for_drive(place, first)) == 0 && place->drive < 0 && wait_until(deadline))
		first = 0;
	return failed;
}

/*** What is new in it ***/

void FAST_FUNC drop_known_password(struct settings *fresh, const struct settings *saved)
{
	const char *hash = fresh->value[KEY_PASSWORD];
	const char *last = saved->value[KEY_DRIVE_PASSWORD];
	char *now;

	if (!hash || !fresh->value[KEY_INSTANCE_ID])
		return;
	now = xasprintf("%s %s", hash, fresh->value[KEY_INSTANCE_ID]);
	if (last && strcmp(now, last) == 0)
		fresh->value[KEY_PASSWORD] = NULL;
	fresh->value[KEY_DRIVE_PASSWORD] = now;
}

void FAST_FUNC spoil_known_password(struct settings *settings)
{
	const char *note = settings->value[KEY_DRIVE_PASSWORD];

	if (note)
		settings->value[KEY_DRIVE_PASSWORD] = with_other_end(note);
}

void FAST_FUNC forget_known_password(struct settings *settings)
{
	settings->value[KEY_DRIVE_PASSWORD] = NULL;
}
