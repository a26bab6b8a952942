/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * peak COMMAND...: runs it and prints the most memory in KiB that any one of
 * its processes had resident at a time. Its own output goes nowhere.
 *
 * getrusage(2) can't tell for small programs: its figure begins with what the
 * parent had before execve(), and the kernel counts pages in batches. Here a
 * process is stopped before each system call that may give memory back, and at
 * its end, and its page tables are looked at: proc_pid_smaps_rollup(5).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <linux/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long resident_kib(pid_t pid)
{
	char name[64], line[128];
	long kib = 0;
	FILE *file;

	sprintf(name, "/proc/%d/smaps_rollup", (int)pid);
	file = fopen(name, "r");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file) && sscanf(line, "Rss: %ld", &kib) != 1)
		continue;
	fclose(file);
	return kib;
}

/* Is it about to give memory back? */
static int before_release(pid_t pid)
{
	struct ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return 0;
	switch (info.entry.nr) {
	case SYS_munmap: case SYS_mremap: case SYS_mmap: case SYS_brk: case SYS_madvise: case SYS_execve:
		return 1;
	}
	return 0;
}

static void run(char **argv)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, 1);
	dup2(null, 2);
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
	execvp(argv[0], argv);
	_exit(127);
}

int main(int argc, char **argv)
{
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE
		| PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL;
	int status, started = 0;
	long peak = 0;
	pid_t first, pid;

	if (argc < 2)
		return 2;
	first = fork();
	if (first == 0)
		run(argv + 1);
	if (first < 0 || waitpid(first, &status, 0) < 0 || ptrace(PTRACE_SETOPTIONS, first, 0, options) < 0)
		return 2;
	for (pid = first; pid > 0; pid = waitpid(-1, &status, __WALL)) {
		int event = status >> 16;
		int signal = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
		long kib;

		if (!WIFSTOPPED(status))
			continue;
		if (event == PTRACE_EVENT_EXEC)
			started = 1; /* what was before is this program */
		if (started && (event == PTRACE_EVENT_EXIT || (signal == (SIGTRAP | 0x80) && before_release(pid)))) {
			kib = resident_kib(pid);
			if (kib > peak)
				peak = kib;
		}
		/* only signals that are not ptrace's own are passed on */
		if (event || signal == (SIGTRAP | 0x80) || signal == SIGSTOP)
			signal = 0;
		ptrace(PTRACE_SYSCALL, pid, 0, signal);
	}
	printf("%ld\n", peak);
	return peak == 0;
}
