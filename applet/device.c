/* vi: set sw=4 ts=4: */
/*
 * osconf: sysfs -> block devices; those that a UUID or a label names.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += device.o
#include "device.h"
#include "mount.h"

void FAST_FUNC device_of(const char *name, char device[DEVICE_SIZE])
{
	char *s;

	sprintf(device, "/dev/%s", name);
	while ((s = strchr(device, '!')) != NULL) /* sysfs: cciss!c0d0 */
		*s = '/';
}

int FAST_FUNC next_name(const char *sys_dir, char name[NAME_SIZE])
{
	char best[NAME_SIZE] = "";
	DIR *dir = opendir(sys_dir);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL) {
		const char *s = entry->d_name;
		if (s[0] != '.' && strlen(s) < NAME_SIZE && strcmp(s, name) > 0
		 && (!best[0] || strcmp(s, best) < 0)
		) {
			strcpy(best, s);
		}
	}
	if (dir)
		closedir(dir);
	strcpy(name, best);
	return best[0];
}

const char* FAST_FUNC next_by_spec(const char *spec, char name[NAME_SIZE], char device[DEVICE_SIZE])
{
	const char *type = NULL;

	while (!type && next_name(SYS_BLOCK, name)) {
		if (is_prefixed_with(name, "fd")) /* probing a floppy drive takes seconds */
			continue;
		device_of(name, device);
		type = file_system_type(device, spec);
	}
	return type;
}
