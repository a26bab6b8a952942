/* vi: set sw=4 ts=4: */
/*
 * osconf alone: what it needs of malloc(3), printf(3) and strstr(3), in place of
 * the C library's, which are as large as all of its stages.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 */
//config:config FEATURE_OSCONF_ALONE
//config:	bool "osconf is the only applet: its own malloc and printf"
//config:	default n
//config:	depends on OSCONF && STATIC
//config:	help
//config:	For a static program that is osconf alone: 20 kb less with musl.
//config:	Not for a busybox with other applets: printf knows what osconf
//config:	prints, and little memory is given back. With glibc it does nothing.

//kbuild:lib-$(CONFIG_FEATURE_OSCONF_ALONE) += alone.o
#include <sys/mman.h>
#include "osconf.h"

/* glibc's can't be replaced in a static program: busybox's main calls its
 * mallopt(), and its printf() does not go through vfprintf() */
#ifndef __GLIBC__

/*** Memory ***/

/* What is small is cut from an area, and never given back: osconf runs for a
 * moment.  What is LARGE is a mapping of its own. */
enum { ALIGNMENT = 16, LARGE = 64 * 1024 };

/* Before each block: its size, the header's included */
static size_t *header_of(void *block)
{
	return (size_t *)((char *)block - ALIGNMENT);
}

void *malloc(size_t size)
{
	static char *area;
	static size_t left;
	char *block;

	size = (size + 2 * ALIGNMENT - 1) & -ALIGNMENT;
	if (size > left) {
		size_t mapped = MAX(size, LARGE);

		area = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		left = area == MAP_FAILED ? 0 : mapped;
		if (!left)
			return NULL;
	}
	block = area + ALIGNMENT;
	*header_of(block) = size;
	area += size;
	left -= size;
	return block;
}

/* Memory is new, and so zero */
void *calloc(size_t n, size_t size)
{
	return malloc(n * size);
}

void free(void *block)
{
	if (block && *header_of(block) >= LARGE)
		munmap(header_of(block), *header_of(block));
}

void *realloc(void *block, size_t size)
{
	void *new = malloc(size);

	if (new && block) {
		memcpy(new, block, MIN(size, *header_of(block) - ALIGNMENT));
		free(block);
	}
	return new;
}

/*** Text ***/

/* The C library's is made for long texts */
char *strstr(const char *text, const char *s)
{
	size_t len = strlen(s);

	for (; *text; text++)
		if (strncmp(text, s, len) == 0)
			return (char *)text;
	return NULL;
}

/* Writes a number's digits, at least width, before end.  lower: 0x20, the bit
 * that makes capitals small, or 0.  Returns the first */
static char *put_digits(char *end, unsigned long long n, unsigned base, int width, int lower)
{
	while (n || width > 0) {
		*--end = bb_hexdigits_upcase[n % base] | lower;
		n /= base;
		width--;
	}
	return end;
}

/* What is in this program, see tests/build.tests: %%, %c, %s, %.*s, %d (not
 * below 0), %u, %x, %#x, %02x, %.8x, %02X, %llu.  The C library's other functions of
 * this family come down to this one. */
int vfprintf(FILE *f, const char *format, va_list p)
{
	char number[sizeof(long long) * 3];
	int total = 0;

	while (*format) {
		const char *s = format;
		const char *end = number + sizeof(number);
		int is_long, width = 1, max = INT_MAX;

		format = strchrnul(format, '%');
		if (format != s) {
			end = format;
			goto put;
		}
		format++;
		if (*format == '#') {
			format++;
			total += fprintf(f, "0x");
		}
		if (*format == '0' || *format == '.') {
			if (format[1] == '*')
				max = va_arg(p, int);
			else
				width = format[1] - '0';
			format += 2;
		}
		is_long = (*format == 'l');
		if (is_long)
			format += 2;
		switch (*format++) {
		case '%':
			end = s + 1;
			break;
		case 's':
			s = va_arg(p, const char *);
			end = s + strnlen(s, max);
			break;
		case 'c':
			number[0] = va_arg(p, int);
			s = number;
			end = s + 1;
			break;
		default:
			s = put_digits(number + sizeof(number),
				is_long ? va_arg(p, unsigned long long) : va_arg(p, unsigned),
				(format[-1] | 0x20) == 'x' ? 16 : 10, width, format[-1] & 0x20);
		}
 put:
		total += end - s;
		fwrite(s, 1, end - s, f);
	}
	return total;
}

#endif
