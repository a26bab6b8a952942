/* SPDX-License-Identifier: GPL-2.0-only */
/* See harness.h */
#include "harness.h"
#include <sys/syscall.h>

/*** Memory ***/

/* Of the sanitizer's allocator */
int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void *p, size_t size),
		void (*free_hook)(const volatile void *p));

enum { BLOCKS_MAX = 1 << 16 }; /* a power of two; a run has some hundreds */

/* volatile: of malloc() and free() the compiler thinks that they don't change these */
static const volatile void *volatile block[BLOCKS_MAX];
static volatile unsigned blocks;
static int noting, first_fd;

static unsigned slot_of(const volatile void *p)
{
	unsigned i = ((uintptr_t)p >> 4) * 2654435761u % BLOCKS_MAX;

	while (block[i] && block[i] != p)
		i = (i + 1) % BLOCKS_MAX;
	return i;
}

static void note_malloc(const volatile void *p, size_t size UNUSED_PARAM)
{
	unsigned i;

	if (noting && p && blocks < BLOCKS_MAX / 2 && !block[i = slot_of(p)]) {
		block[i] = p;
		blocks++;
	}
}

/* What comes behind it may have had to make way for it */
static void note_free(const volatile void *p)
{
	unsigned i;

	if (!blocks || !p || block[i = slot_of(p)] != p)
		return;
	block[i] = NULL;
	blocks--;
	for (i = (i + 1) % BLOCKS_MAX; block[i]; i = (i + 1) % BLOCKS_MAX) {
		const volatile void *moved = block[i];
		block[i] = NULL;
		block[slot_of(moved)] = moved;
	}
}

void begin_run(void)
{
	/* libFuzzer has what it needs open by now */
	if (!first_fd) {
		first_fd = xopen("/dev/null", O_RDONLY);
		close(first_fd);
	}
	noting = 1;
}

static void close_all(void)
{
	if (first_fd) /* not in prepare() */
		syscall(SYS_close_range, first_fd, KEPT_FD - 1, 0);
	CHECK(chdir("/") == 0);
}

void end_run(void)
{
	unsigned i;

	noting = 0;
	for (i = 0; blocks; i = (i + 1) % BLOCKS_MAX)
		if (block[i])
			free((void*)block[i]);
	close_all();
}

/*** The applet ***/

int osconf_main(int argc, char **argv);

static jmp_buf at_exit;
static int running;

/* By the linker's --wrap: what dies in libbb ends the run, not the fuzzer */
void __real_exit(int status) NORETURN;
void __wrap_exit(int status) NORETURN;
void __wrap_exit(int status)
{
	if (running)
		longjmp(at_exit, status + 1);
	__real_exit(status);
}

int run_osconf(char **argv)
{
	int status, argc = 0;

	while (argv[argc])
		argc++;
	die_func = NULL;
	running = 1;
	status = setjmp(at_exit);
	status = status ? status - 1 : osconf_main(argc, argv);
	running = 0;
	close_all(); /* and let go of what is locked */
	return status;
}

/*** Files ***/

void put_file(const char *path, const void *text, size_t len)
{
	int fd;

	unlink(path);
	if (!text)
		return;
	fd = xopen3(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	xwrite(fd, text, len);
	close(fd);
}

char *get_file(const char *path, size_t *len)
{
	size_t size = 1024 * 1024;

	*len = 0;
	if (access(path, F_OK) != 0)
		return NULL;
	*len = size;
	return xmalloc_xopen_read_close(path, len);
}

int next_part(const uint8_t **data, size_t *size, const uint8_t **part, size_t *len)
{
	static const char separator[] = "\n----\n";
	enum { LEN = sizeof(separator) - 1 };
	const uint8_t *end;

	if (!*data)
		return 0;
	*part = *data;
	end = memmem(*data, *size, separator, LEN);
	if (end) {
		*len = end - *data + 1; /* with the newline */
		*size -= end + LEN - *data;
		*data = end + LEN;
	} else {
		*len = *size;
		*data = NULL;
	}
	return 1;
}

void reached(const char *what)
{
	const char *fault = getenv("FUZZ_FAULT");

	CHECK(!fault || strcmp(fault, what) != 0);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc UNUSED_PARAM, char ***argv UNUSED_PARAM)
{
	/* What busybox's main does */
	ASSIGN_CONST_PTR(&bb_errno, __errno_location());
	applet_name = "osconf";
	CHECK(__sanitizer_install_malloc_and_free_hooks(note_malloc, note_free) > 0);
	prepare();
	return 0;
}
