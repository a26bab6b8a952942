/* vi: set sw=4 ts=4: */
/*
 * osconf: steps of a plan -> run in this process, by busybox's own applets.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//kbuild:lib-$(CONFIG_OSCONF) += run.o
#include "osconf.h"

enum { ARGS_MAX = 16 };

int ifconfig_main(int argc, char **argv);
int route_main(int argc, char **argv);

/* What ifconfig and route take in place of libbb's functions where they are
 * built for osconf only: it gives them addresses, never names, and so needs no
 * resolver.  Elsewhere nobody calls these, and they are not linked. */
len_and_sockaddr *osconf_sockaddr(const char *address, int port) FAST_FUNC;
len_and_sockaddr* FAST_FUNC osconf_sockaddr(const char *address, int port UNUSED_PARAM)
{
	len_and_sockaddr *lsa = xzalloc(LSA_LEN_SIZE + sizeof(lsa->u.sin));

	lsa->len = sizeof(lsa->u.sin);
	lsa->u.sin.sin_family = AF_INET;
	inet_aton(address, &lsa->u.sin.sin_addr);
	return lsa;
}

/* Returns, as INET_resolve() does, 1 for "default", 0 for an address */
int osconf_resolve(const char *name, struct sockaddr_in *s_in, int hostfirst) FAST_FUNC;
int FAST_FUNC osconf_resolve(const char *name, struct sockaddr_in *s_in, int hostfirst UNUSED_PARAM)
{
	s_in->sin_family = AF_INET;
	s_in->sin_port = 0;
	s_in->sin_addr.s_addr = INADDR_ANY;
	if (strcmp(name, "default") == 0)
		return 1;
	return inet_aton(name, &s_in->sin_addr) ? 0 : -1;
}

static jmp_buf died;
static void come_back(void)
{
	longjmp(died, 1);
}

/* What run_nofork_applet() does; that is not compiled in every busybox */
int FAST_FUNC run_applet(int (*applet_main)(int argc, char **argv), char **argv)
{
	const char *saved_name = applet_name;
	uint32_t saved_options = option_mask32;
	int status = EXIT_FAILURE;

	applet_name = argv[0];
	GETOPT_RESET();
	die_func = come_back;
	if (setjmp(died) == 0)
		status = applet_main(string_array_len(argv), argv);
	die_func = NULL;
	GETOPT_RESET();
	option_mask32 = saved_options;
	applet_name = saved_name;
	return status;
}

static int run_step(const struct step *step, char *command)
{
	char *argv[ARGS_MAX];
	int argc = 0;

	if (step->what == STEP_HOSTNAME) {
		int rc = sethostname(step->name, strlen(step->name));
		if (rc != 0)
			bb_simple_perror_msg("sethostname");
		return rc;
	}
	while ((argv[argc] = strsep(&command, " ")) != NULL)
		argc++;
	return run_applet(argv[0][0] == 'i' ? ifconfig_main : route_main, argv);
}

int FAST_FUNC run_plan(const struct plan *plan, int free_fd)
{
	char command[COMMAND_SIZE], message[COMMAND_SIZE];
	unsigned i;
	int failed = 0;

	for (i = 0; i < plan->steps; i++) {
		const struct step *step = &plan->step[i];

		step_command(step, command);
		if (option_mask32 & OPT_dry_run) {
			puts(command);
			continue;
		}
		step_message(step, message);
		if (run_step(step, command) == 0) {
			done_msg("%s", message);
		} else {
			failed = -1;
			bb_error_msg("%s: failed", message);
		}
		close(free_fd); /* ifconfig and route leave their socket open */
	}
	return failed;
}
