/* vi: set sw=4 ts=4: */
/*
 * osconf: steps of a plan -> run in this process, by busybox's own applets.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += run.o
#include "run.h"
#include "guard.h"
#include "message.h"

enum { ARGS_MAX = 16 };

int ifconfig_main(int argc, char **argv);
int route_main(int argc, char **argv);

static int run_applet(void *data)
{
	char **argv = data;
	int argc = string_array_len(argv);

	GETOPT_RESET();
	return argv[0][0] == 'i' ? ifconfig_main(argc, argv) : route_main(argc, argv);
}

/* The applets modify their arguments, and leave their socket open */
static int run_command(char *command, int socket_fd)
{
	char *argv[ARGS_MAX];
	int argc = 0;
	uint32_t saved_options = option_mask32;
	int status;

	while ((argv[argc] = strsep(&command, " ")) != NULL)
		argc++;
	status = run_guarded(run_applet, argv);
	option_mask32 = saved_options;
	if (socket_fd >= 0) {
		int saved_errno = errno;
		close(socket_fd);
		errno = saved_errno;
	}
	return status;
}

static int run_step(const struct step *step, char *command, int socket_fd)
{
	if (step->what == STEP_HOSTNAME)
		return sethostname(step->name, strlen(step->name));
	return run_command(command, socket_fd);
}

int FAST_FUNC run_plan(const struct plan *plan)
{
	char command[COMMAND_SIZE], message[COMMAND_SIZE];
	unsigned i;
	int failed = 0;
	/* the lowest free descriptor: an applet's socket will get it */
	int socket_fd = dup(STDERR_FILENO);

	close(socket_fd);
	for (i = 0; i < plan->steps; i++) {
		const struct step *step = &plan->step[i];

		step_command(step, command);
		if (option_mask32 & OPT_dry_run) {
			puts(command);
			continue;
		}
		step_message(step, message);
		if (run_step(step, command, socket_fd) == 0)
			done_msg("%s", message);
		else
			failed = perror_msg("%s", message);
	}
	return failed;
}
