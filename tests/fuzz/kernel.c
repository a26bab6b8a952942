/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fuzzes what the kernel says by rtnetlink(7), with osconf as a whole in a machine of its
 * own, which ends with status 0 or 1.
 *
 * The input is the packets that osconf gets, before each of them its length in two bytes,
 * of which the highest bit is set if the sequence number in it is not the request's. The
 * first input, which is written to FUZZ_RECORD=, is what the kernel says of a machine that
 * osconf has set up: with that, nothing is left to be done.
 */
#include "machine.h"
#include <linux/rtnetlink.h>

static const char settings[] =
	"hostname='web'\neth0_ip_addr='10.171.254.123'\neth0_netmask='255.255.255.0'\neth0_mac_addr='" MAC "'\n"
	"eth0_route='10.0.0.0/8 10.171.254.1;0.0.0.0/0 10.171.254.1'\n";

static const uint8_t *packet;
static size_t packets_len;
static int netlink = -1;
static uint32_t sequence; /* of the last request */
static int record_fd = -1;

/* As the kernel does */
static void answer_request(void *answer, int len)
{
	struct nlmsghdr *message = answer;

	for (; NLMSG_OK(message, len); message = NLMSG_NEXT(message, len))
		message->nlmsg_seq = sequence;
}

static ssize_t next_packet(void *buffer, size_t size, int flags)
{
	size_t number, len;

	if (packets_len < 2) {
		errno = ENOBUFS;
		return -1;
	}
	number = packet[0] | packet[1] << 8;
	len = MIN(number & 0x7fff, packets_len - 2);
	memcpy(buffer, packet + 2, MIN(len, size));
	if (!(number & 0x8000))
		answer_request(buffer, MIN(len, size));
	packet += 2 + len;
	packets_len -= 2 + len;
	return flags & MSG_TRUNC ? len : MIN(len, size);
}

static ssize_t record_packet(const void *buffer, ssize_t len)
{
	uint8_t size[2] = { len, len >> 8 };

	if (record_fd >= 0 && len > 0) {
		xwrite(record_fd, size, sizeof(size));
		xwrite(record_fd, buffer, len);
	}
	return len;
}

/*** By the linker's --wrap ***/

int __real_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol)
{
	int fd = __real_socket(family, type, protocol);

	if (family == AF_NETLINK && packet)
		netlink = fd;
	return fd;
}

ssize_t __real_send(int fd, const void *buffer, size_t len, int flags);
ssize_t __wrap_send(int fd, const void *buffer, size_t len, int flags);
ssize_t __wrap_send(int fd, const void *buffer, size_t len, int flags)
{
	if (fd != netlink)
		return __real_send(fd, buffer, len, flags);
	sequence = ((const struct nlmsghdr*)buffer)->nlmsg_seq;
	return len;
}

ssize_t __real_recv(int fd, void *buffer, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *buffer, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *buffer, size_t size, int flags)
{
	return fd == netlink ? next_packet(buffer, size, flags) : record_packet(buffer, __real_recv(fd, buffer, size, flags));
}

ssize_t __real_recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *from, socklen_t *from_len);
ssize_t __wrap_recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *from, socklen_t *from_len);
ssize_t __wrap_recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *from, socklen_t *from_len)
{
	if (fd != netlink)
		return record_packet(buffer, __real_recvfrom(fd, buffer, size, flags, from, from_len));
	if (from)
		memset(from, 0, *from_len); /* the kernel is number 0 */
	return next_packet(buffer, size, flags);
}

/*** The first input ***/

static int run(void)
{
	char *argv[] = { (char*)"osconf", (char*)"-qw0", (char*)"-d/mnt", NULL };

	return run_osconf(argv);
}

static void record(const char *name)
{
	CHECK(run() == 0);
	record_fd = xopen(name, O_WRONLY | O_CREAT | O_TRUNC);
	CHECK(run() == 0);
	close(record_fd);
	record_fd = -1;
}

void prepare(void)
{
	const char *name = getenv("FUZZ_RECORD");

	enter_machine();
	put_file(SAVED_FILE, settings, sizeof(settings) - 1);
	if (name)
		record(name);
	/* what osconf does to it fails */
	run_command("ip link del " CARD);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int status;

	packet = data;
	packets_len = size;
	netlink = -1;
	begin_run();
	status = run();
	CHECK(status == 0 || status == 1);
	if (status == 0)
		reached("nothing to do");
	end_run();
	return 0;
}
