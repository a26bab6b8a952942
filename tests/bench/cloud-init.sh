# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# cloud-init for make bench: Debian's packages in a root of its own, nothing
# installed; its settings say what the classic os.conf says, by NoCloud, and
# leave out every module that they don't need. Sourced by run.sh, and by the
# machine it boots.

. "$top/config/build/package.sh"
debian=$cache/cloud-init

# What Debian's maintainer scripts would have done, as far as it matters here
get_cloud_init() {
	[ ! -e "$debian/.ready" ] || return 0
	apt-cache show cloud-init >/dev/null 2>&1 || apt-get -q update >/dev/null
	get_root cloud-init cloud-init ifupdown net-tools resolvconf passwd libpam-modules \
		bash dash coreutils sed grep mawk findutils hostname util-linux mount procps base-files base-passwd || return
	ln -sf mawk "$debian/usr/bin/awk"
	for name in passwd group; do
		cp "$debian/usr/share/base-passwd/$name.master" "$debian/etc/$name"
	done
	for what in auth account password session; do
		echo "$what required pam_unix.so sha512" >"$debian/etc/pam.d/common-$what"
	done
	chroot "$debian" sh -c 'python3 -m compileall -q /usr/lib/python3*' >/dev/null
	touch "$debian/.ready"
}

# Instead of make_disk: /etc and /var, and what the platform would have written
make_cloud_init_disk() {
	mkdir -p root first/aliyun_custom_image
	cp -a "$debian/etc" "$debian/var" .
	sed 's/^\([^:]*\):.*/\1:*:19000:0:99999:7:::/' etc/passwd >etc/shadow
	chmod 600 etc/shadow
	sed -i 's/:\*:/:x:/' etc/passwd
	ln -sf /run/resolvconf/resolv.conf etc/resolv.conf
	ln -sf /run/resolvconf etc/resolvconf/run
	printf 'auto lo\niface lo inet loopback\nsource /etc/network/interfaces.d/*\n' >etc/network/interfaces
	cat >etc/cloud/cloud.cfg <<-EOF
		datasource_list: [NoCloud]
		disable_root: false
		cloud_init_modules: []
		cloud_config_modules: [set-passwords]
		system_info: {distro: debian}
	EOF
	seed=var/lib/cloud/seed/nocloud
	mkdir -p $seed
	printf 'instance-id: i-classic\nlocal-hostname: iZ23r29djmjZ\n' >$seed/meta-data
	cat >$seed/user-data <<-EOF
		#cloud-config
		chpasswd:
		  expire: false
		  users: [{name: root, password: qwer1234, type: text}]
	EOF
	cat >$seed/network-config <<-EOF
		version: 1
		config:
		  - type: physical
		    name: eth0
		    mac_address: "00:8c:fa:5e:14:23"
		    subnets:
		      - type: static
		        address: 10.171.254.123/24
		        dns_nameservers: [7.7.7.7, 8.8.8.8]
		        routes:
		          - {network: 10.0.0.0, netmask: 255.0.0.0, gateway: 10.171.254.1}
		          - {network: 172.16.0.0, netmask: 255.240.0.0, gateway: 10.171.254.1}
		  - type: physical
		    name: eth1
		    mac_address: "00:8c:fa:5e:14:24"
		    subnets:
		      - {type: static, address: 42.120.74.105/24, gateway: 42.120.74.1}
	EOF
}

# In the machine: its root, with a /dev that has no disks
enter_cloud_init() {
	mount --bind "$debian" root
	mount --bind etc root/etc
	mount --bind var root/var
	mount -t proc proc root/proc
	mount -t sysfs sysfs root/sys
	mount -t tmpfs run root/run
	mkdir -p root/run/network root/run/resolvconf/interface
	mount -t tmpfs dev root/dev
	for node in null zero random urandom tty; do
		touch "root/dev/$node"
		mount --bind "/dev/$node" "root/dev/$node"
	done
	# the machine's own look at /etc/resolv.conf follows the link
	mount --rbind root/run /run
	chroot root env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin resolvconf --enable-updates
}
