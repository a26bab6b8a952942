/* vi: set sw=4 ts=4: */
/*
 * osconf: steps of a plan -> the kernel.
 * Sets as ifconfig and route do, removes by rtnetlink.
 *
 * Licensed under GPLv2, see file LICENSE in this source tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
//kbuild:lib-$(CONFIG_OSCONF) += run.o
#include <net/route.h>
#include <linux/rtnetlink.h>
#include "run.h"
#include "message.h"

static void put_address_in(void *sockaddr, uint32_t address)
{
	struct sockaddr_in *sin = sockaddr;

	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = htonl(address);
}

/* ifr_addr, ifr_netmask and ifr_broadaddr are one */
static int set_address(int fd, struct ifreq *ifr, int request, uint32_t address)
{
	put_address_in(&ifr->ifr_addr, address);
	return ioctl(fd, request, ifr);
}

/* netdevice(7) */
static int run_address(int fd, const struct step *step)
{
	const struct route *route = &step->route;
	struct ifreq ifr;

	memset(&ifr, 0, sizeof(ifr));
	strcpy(ifr.ifr_name, step->name);
	if (set_address(fd, &ifr, SIOCSIFADDR, route->destination) != 0
	 || set_address(fd, &ifr, SIOCSIFNETMASK, route->netmask) != 0
	 || (step->set_broadcast
	     && set_address(fd, &ifr, SIOCSIFBRDADDR, broadcast_of(route->destination, route->netmask)) != 0)
	) {
		return -1;
	}
	ifr.ifr_flags = step->flags;
	return ioctl(fd, SIOCSIFFLAGS, &ifr);
}

/* The kernel puts it before others with its destination and metric */
static int run_route(int fd, const struct step *step)
{
	const struct route *route = &step->route;
	struct rtentry rt;

	memset(&rt, 0, sizeof(rt));
	put_address_in(&rt.rt_dst, route->destination);
	put_address_in(&rt.rt_genmask, route->netmask);
	rt.rt_flags = RTF_UP;
	if (route->gateway) {
		put_address_in(&rt.rt_gateway, route->gateway);
		rt.rt_flags |= RTF_GATEWAY;
	}
	rt.rt_metric = step->metric + 1;
	rt.rt_dev = (char*)step->name;
	return ioctl(fd, SIOCADDRT, &rt);
}

static int run_step(struct kernel *kernel, int fd, const struct step *step)
{
	switch (step->what) {
	case STEP_HOSTNAME:
		return sethostname(step->name, strlen(step->name));
	case STEP_ADDRESS:
		return run_address(fd, step);
	case STEP_ROUTE:
		return run_route(fd, step);
	default:
		return send_back(kernel, step->message, step->what == STEP_NO_ADDRESS ? RTM_DELADDR
			: step->what == STEP_NO_ROUTE ? RTM_DELROUTE : RTM_NEWROUTE);
	}
}

int FAST_FUNC run_plan(struct kernel *kernel, struct plan *plan, int again)
{
	char message[COMMAND_SIZE];
	int fd = kernel->inet_fd > 0 ? kernel->inet_fd : socket(AF_INET, SOCK_DGRAM, 0);
	int fd_errno = errno;
	int failed = 0;
	unsigned i;

	for (i = 0; i < plan->steps; i++) {
		struct step *step = &plan->step[i];

		step_message(step, message);
		errno = 0;
		if (run_step(kernel, fd, step) == 0) {
			done_msg("%s", message);
			continue;
		}
		step->failed = 1;
		failed = -1;
		if (errno == EBADF)
			errno = fd_errno;
		if (!again)
			perror_msg("%s", message);
	}
	kernel->inet_fd = fd;
	return failed;
}
