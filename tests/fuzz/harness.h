/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzz targets share. A target runs the applet's code again and again in one
 * process, though that code leaves memory and descriptors to the end of the process.
 */
#ifndef FUZZ_HARNESS_H
#define FUZZ_HARNESS_H 1

#include "libbb.h"

#define CHECK(condition) do { if (!(condition)) { fprintf(stderr, "%s: does not hold\n", #condition); abort(); } } while (0)

/* Of the target: what it does once */
void prepare(void);

/* Between these two, what is allocated is noted, and freed. Descriptors that were opened
 * are closed, from KEPT_FD on they are not. */
enum { KEPT_FD = 500 };
void begin_run(void);
void end_run(void);

/* The input has come as far as it should be able to come.  With FUZZ_FAULT=what in the
 * environment, that is a failure: so run.sh sees that a target gets there, and can fail. */
void reached(const char *what);

/* Runs osconf's main.  argv ends with NULL.  Returns its exit status. */
int run_osconf(char **argv);

/* Replaces a file, or removes it if text is NULL */
void put_file(const char *path, const void *text, size_t len);

/* Returns a file's text, which ends with a NUL byte and is freed by end_run(), or NULL */
char *get_file(const char *path, size_t *len);

/* Cuts the next part off an input that is parted by lines "----".  Returns false if
 * there are no more. */
int next_part(const uint8_t **data, size_t *size, const uint8_t **part, size_t *len);

#endif
