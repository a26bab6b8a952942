/* vi: set sw=4 ts=4: */
/*
 * osconf: config drive -> its os.conf, and whether that is news.
 * The drive is read-only and there at every boot.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//config:config FEATURE_OSCONF_CONFIG_DRIVE
//config:	bool "Tencent Cloud's config drive (1.5 kb)"
//config:	default n
//config:	depends on OSCONF
//config:	help
//config:	Tencent Cloud hands an image that was imported by force the same
//config:	keys on a CD-ROM with the label config-2, in qcloud_action/os.conf.
//config:	With this, one image comes up on both platforms.

//kbuild:lib-$(CONFIG_FEATURE_OSCONF_CONFIG_DRIVE) += drive.o
#include "drive.h"
#include "device.h"
#include "hash.h"
#include "message.h"
#include "mount.h"
#include "platforms.h"

#define TENCENT (&platforms[TENCENT_CLOUD])

/*** The drive ***/

/* Mounts a volume.  Returns a descriptor of its root directory, or -1 after printing a
 * message, also if it has no directory of os.conf */
static int open_root(const char *device, const char *type)
{
	int root = open_mounted(device, type);
	int dir;

	if (root < 0)
		return -1;
	dir = open_real_dir(root, TENCENT->directory);
	if (dir < 0)
		return perror_msg("%s: can't open directory %s", device, TENCENT->directory);
	close(dir);
	return root;
}

static int look_for_drive(struct place *place)
{
	char name[NAME_SIZE] = "";
	char device[DEVICE_SIZE];
	const char *type;
	int failed = 0;

	while ((type = next_by_spec(TENCENT->volume, name, device)) != NULL) {
		int root;

		if (type[0] != 'i') /* iso9660 */
			continue;
		root = open_root(device, type);
		if (root < 0) {
			failed = -1;
		} else if (place->drive < 0) {
			place->drive = root;
			verbose_msg("config drive is %s", device);
		} else {
			close(root);
			error_msg("%s has the directory %s, too: ignored, -d tells which one is meant",
				device, TENCENT->directory);
		}
	}
	return failed;
}

int FAST_FUNC open_drive(struct place *place, unsigned wait_ms)
{
	unsigned start = monotonic_ms();
	int failed;

	while ((failed = look_for_drive(place)) == 0 && place->drive < 0
	 && (unsigned)monotonic_ms() - start < wait_ms
	) {
		usleep(WAIT_STEP_MS * 1000);
	}
	return failed;
}

/*** Its os.conf ***/

int FAST_FUNC read_drive(struct settings_file *drive, const struct place *place)
{
	static const char name[] ALIGN1 = DRIVE_DIR "/" OSCONF_FILE;

	drive->platform = TENCENT;
	if (fchdir(place->drive) == 0 && read_file(&drive->file, name, OSCONF_SIZE_MAX) != 0)
		return -1;
	return drive->file.text ? 0 : perror_msg("%s: can't read", name);
}

/*** What is new in it ***/

void FAST_FUNC keep_password(struct settings *fresh, struct settings *saved)
{
	char *text;
	size_t len;

	if (!fresh->value[KEY_INSTANCE_ID] || !fresh->value[KEY_PASSWORD])
		return;
	text = xasprintf("%s %s", fresh->value[KEY_INSTANCE_ID], fresh->value[KEY_PASSWORD]);
	len = strlen(text);
	if (has_digest(text, len, saved->value[KEY_PASSWORD_APPLIED]))
		fresh->value[KEY_PASSWORD] = NULL;
	else
		set_value(saved, KEY_PASSWORD_APPLIED, digest_text(text, len, NULL));
}
