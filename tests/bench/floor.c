/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The floor under any program that applies the documentation's classic
 * os.conf: the system calls that can't be avoided, osconf's own way to wait for
 * the disk (all new files together, then their names, then os.conf), and one
 * sha512-crypt. It knows the answers beforehand: it looks for no card, no
 * earlier settings, no link, nothing that is set up already. The first partition is
 * looked into before it is mounted for writing, as osconf does it: who mounts it for
 * writing at every boot writes at every boot. C library, compiler
 * and the code of sha512-crypt are osconf's own, so that what osconf needs more
 * is its own doing.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* libbb/pw_encrypt.c */
char *pw_encrypt(const char *clear, const char *salt, int cleanup);

static void must(int ok, const char *what)
{
	if (!ok) {
		perror(what);
		exit(1);
	}
}

/* The magic of ext's superblock */
static void find_partition(const char *device)
{
	unsigned char magic[2];
	int fd = open(device, O_RDONLY);

	must(fd >= 0 && pread(fd, magic, 2, 1024 + 56) == 2 && magic[0] == 0x53 && magic[1] == 0xef, device);
	close(fd);
}

/* Returns a descriptor of os.conf's directory, which keeps the partition mounted */
static int open_directory(const char *device, int flags)
{
	int dir;

	must(mount(device, "/mnt", "ext4", flags | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0, "mount");
	dir = open("/mnt/aliyun_custom_image", O_RDONLY | O_DIRECTORY);
	must(dir >= 0 && umount2("/mnt", MNT_DETACH) == 0, "aliyun_custom_image");
	return dir;
}

static int open_partition(const char *device)
{
	struct stat st;
	int dir;

	find_partition(device);
	must(unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "namespace");
	dir = open_directory(device, MS_RDONLY);
	must(fstatat(dir, "os.conf", &st, AT_SYMLINK_NOFOLLOW) == 0 && close(dir) == 0, "os.conf");
	return open_directory(device, 0);
}

static size_t read_file(int dir, const char *name, char *text, size_t size)
{
	int fd = openat(dir, name, O_RDONLY);
	ssize_t len;

	must(fd >= 0, name);
	len = read(fd, text, size - 1);
	must(len >= 0, name);
	close(fd);
	text[len] = '\0';
	return len;
}

static void write_new(int dir, const char *new, const char *text, mode_t mode)
{
	int fd = openat(dir, new, O_WRONLY | O_CREAT | O_EXCL, mode);

	must(fd >= 0, new);
	must(write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0, new);
}

static void rename_new(int dir, const char *new, const char *name)
{
	must(renameat(dir, new, dir, name) == 0, name);
}

static void sync_names(int dir)
{
	must(futimens(dir, NULL) == 0 && fsync(dir) == 0, "fsync");
}

static void set_password(int etc)
{
	static const char digits[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	unsigned char random[16];
	char salt[] = "$6$0123456789abcdef", old[4096], new[8192], *rest = old;
	int i;

	must(getrandom(random, sizeof(random), 0) == sizeof(random), "getrandom");
	for (i = 0; i < 16; i++)
		salt[3 + i] = digits[random[i] % 64];
	read_file(etc, "shadow", old, sizeof(old));
	for (i = 0; i < 3; i++)
		rest = strchr(rest, ':') + 1;
	snprintf(new, sizeof(new), "root:%s:%ld:%s", pw_encrypt("qwer1234", salt, 0),
		(long)time(NULL) / (24 * 60 * 60), rest);
	write_new(etc, "shadow+", new, 0600);
}

static void set_address(int fd, const char *card, const char *address, const char *mask)
{
	struct ifreq ifr = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)&ifr.ifr_addr;

	strcpy(ifr.ifr_name, card);
	in->sin_family = AF_INET;
	inet_aton(address, &in->sin_addr);
	must(ioctl(fd, SIOCSIFADDR, &ifr) == 0, address);
	inet_aton(mask, &in->sin_addr);
	must(ioctl(fd, SIOCSIFNETMASK, &ifr) == 0, mask);
	must(ioctl(fd, SIOCGIFFLAGS, &ifr) == 0, card);
	ifr.ifr_flags |= IFF_UP;
	must(ioctl(fd, SIOCSIFFLAGS, &ifr) == 0, card);
}

static void add_route(int fd, char *card, const char *destination, const char *mask, const char *gateway)
{
	struct rtentry rt = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)&rt.rt_dst;

	in->sin_family = AF_INET;
	inet_aton(destination, &in->sin_addr);
	in = (struct sockaddr_in *)&rt.rt_genmask;
	in->sin_family = AF_INET;
	inet_aton(mask, &in->sin_addr);
	in = (struct sockaddr_in *)&rt.rt_gateway;
	in->sin_family = AF_INET;
	inet_aton(gateway, &in->sin_addr);
	rt.rt_flags = RTF_UP | RTF_GATEWAY;
	rt.rt_dev = card;
	must(ioctl(fd, SIOCADDRT, &rt) == 0, destination);
}

/* What is saved is os.conf without the password */
static void save_settings(int etc, const char *conf)
{
	char saved[4096];
	const char *password = strstr(conf, "password=");

	sprintf(saved, "%.*s%s", (int)(password - conf), conf, strchr(password, '\n') + 1);
	write_new(etc, "os.conf+", saved, 0600);
}

/* floor DEVICE */
int main(int argc, char **argv)
{
	char conf[4096], blanks[4096];
	int etc = open("/etc", O_RDONLY | O_DIRECTORY);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int dir;
	size_t len;

	must(argc == 2 && etc >= 0 && fd >= 0 && flock(etc, LOCK_EX) == 0, "open");
	dir = open_partition(argv[1]);
	len = read_file(dir, "os.conf", conf, sizeof(conf));
	set_password(etc);
	save_settings(etc, conf);
	write_new(etc, "hostname+", "iZ23r29djmjZ\n", 0644);
	write_new(etc, "hosts+", "10.171.254.123 iZ23r29djmjZ\n", 0644);
	write_new(etc, "resolv.conf+", "nameserver 7.7.7.7\nnameserver 8.8.8.8\n", 0644);
	must(syncfs(etc) == 0, "syncfs");
	sync_names(etc);
	rename_new(etc, "shadow+", "shadow");
	rename_new(etc, "os.conf+", "os.conf");
	rename_new(etc, "hostname+", "hostname");
	rename_new(etc, "hosts+", "hosts");
	rename_new(etc, "resolv.conf+", "resolv.conf");
	sync_names(etc);

	rename_new(dir, "os.conf", "os.conf.done");
	sync_names(dir);
	memset(blanks, ' ', sizeof(blanks));
	etc = openat(dir, "os.conf.done", O_WRONLY);
	must(write(etc, blanks, len) == (ssize_t)len && fsync(etc) == 0 && close(etc) == 0, "wipe");
	must(unlinkat(dir, "os.conf.done", 0) == 0, "unlink");

	must(sethostname("iZ23r29djmjZ", 12) == 0, "sethostname");
	set_address(fd, "lo", "127.0.0.1", "255.0.0.0");
	set_address(fd, "eth0", "10.171.254.123", "255.255.255.0");
	set_address(fd, "eth1", "42.120.74.105", "255.255.255.0");
	add_route(fd, "eth0", "10.0.0.0", "255.0.0.0", "10.171.254.1");
	add_route(fd, "eth0", "172.16.0.0", "255.240.0.0", "10.171.254.1");
	add_route(fd, "eth1", "0.0.0.0", "0.0.0.0", "42.120.74.1");
	return 0;
}
