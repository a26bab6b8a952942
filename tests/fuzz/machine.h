/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine for the targets that run osconf as a whole: namespaces of its own for
 * mounts, network and host name; /etc in memory; an empty first partition at /mnt.
 */
#ifndef FUZZ_MACHINE_H
#define FUZZ_MACHINE_H 1

#include "harness.h"

/* Its one card */
#define CARD "eth0"
#define MAC  "00:8c:fa:5e:14:23"

/* As /etc does not last, this is where the settings are saved */
#define SAVED_FILE "/mnt/aliyun_custom_image/os.conf.saved"

void enter_machine(void);

/* Dies unless it succeeds */
void run_command(const char *command);

#endif
