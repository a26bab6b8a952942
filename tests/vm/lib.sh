# shellcheck shell=sh
# Images as a user would upload them, and virtual machines that boot them.
# Sourced by demo.sh and vm/run.sh. Nothing is mounted and no root is needed;
# nothing leaves the machine (the cards are QEMU's, with restrict=on).

top=$(cd "$(dirname "$0")" && while [ ! -d config ] && [ "$PWD" != / ]; do cd ..; done && pwd)
: "${BUILD:=$top/build}"
vm=$BUILD/vm
mkdir -p "$vm"
. "$top/tests/package.sh"
. "$top/config/apt.sh"

# The machine's architecture: that of the programs in $BUILD
: "${ARCH:=$(uname -m)}"
case $ARCH in
x86_64) debian_arch=amd64 kernel=kernel machine=pc cpu=max tty=ttyS0 ;;
aarch64) debian_arch=arm64 kernel=kernel-arm64 machine=virt cpu=cortex-a53 tty=ttyAMA0 ;;
esac
: "${KERNEL:=$kernel}"
emulator=
[ "$ARCH" = "$(uname -m)" ] || emulator=qemu-$ARCH-static

"$top/config/need.sh" "qemu-system-$ARCH" ${emulator:+"$emulator"} mcopy mkfs.fat mke2fs sfdisk cpio || exit 1

# Load order: what a module needs comes before it. ext4 and nvme are built in.
MODULES="scsi_common scsi_mod virtio_ring virtio virtio_pci_legacy_dev
	virtio_pci_modern_dev virtio_pci virtio_blk failover net_failover virtio_net
	libata ata_piix sd_mod loop llc stp bridge nls_cp437 nls_ascii fat vfat"

# Emulation is slower than KVM, but is the same everywhere; ACCEL=kvm for the
# impatient
: "${ACCEL:=tcg}"

FAT_ID=05c0f001
P1_START=1 # MiB, each
P1_SIZE=64
P2_SIZE=64
DISK_SIZE=6144

# Debian's kernel for clouds, unpacked but not installed, in $cache/$KERNEL; with
# the name of another kernel package and of its directory, that one
get_kernel() (
	[ ! -e "$cache/${2:-$KERNEL}/vmlinuz" ] || return 0
	if [ -n "$emulator" ]; then
		trap 'rm -rf "$cache/apt"' EXIT
		foreign_apt "$cache/apt" "$debian_arch" >/dev/null 2>&1
	fi
	[ -n "$(kernel_package "$@")" ] || [ "$(id -u)" != 0 ] || apt-get -q update >/dev/null
	get_package "$(kernel_package "$@")" "${2:-$KERNEL}" &&
		ln -f "$cache/${2:-$KERNEL}"/boot/vmlinuz-* "$cache/${2:-$KERNEL}/vmlinuz"
)

kernel_package() {
	apt-cache depends "${1:-linux-image-cloud-$debian_arch}" 2>/dev/null | sed -n 's/.*Depends: //p' | head -n 1
}

# A root file system of build/busybox in the directory $1; $2: the line of
# inittab that runs osconf
make_root() {
	mkdir -p "$1"/bin "$1"/sbin "$1"/usr/bin "$1"/usr/sbin "$1"/etc "$1"/proc "$1"/sys \
		"$1"/dev "$1"/run "$1"/tmp "$1"/root "$1"/new "$1"/var/log
	cp "$BUILD/busybox" "$1/bin/busybox"
	$emulator "$BUILD/busybox" --list-full | while read -r applet; do
		[ "$applet" = bin/busybox ] || ln -s /bin/busybox "$1/$applet"
	done
	ln -s /proc/mounts "$1/etc/mtab"
	cat >"$1/etc/inittab" <<-EOF
		::sysinit:/bin/mount -t proc proc /proc
		::sysinit:/bin/mount -o remount,rw /
		$2
		::sysinit:/bin/mount -a
		$tty::respawn:/sbin/getty -L 115200 $tty vt100
		::shutdown:/bin/umount -a -r
	EOF
	cat >"$1/etc/fstab" <<-EOF
		sysfs    /sys      sysfs     defaults  0 0
		devtmpfs /dev      devtmpfs  defaults  0 0
		tmpfs    /tmp      tmpfs     defaults  0 0
		tmpfs    /run      tmpfs     defaults  0 0
	EOF
	echo 'root:x:0:0:root:/root:/bin/sh' >"$1/etc/passwd"
	echo 'root:x:0:' >"$1/etc/group"
	echo 'root:*:19000:0:99999:7:::' >"$1/etc/shadow"
	chmod 600 "$1/etc/shadow"
}

# An initramfs $1 with the modules of $KERNEL, of which those in $LATE are there
# but not loaded; the rest of the arguments: directories
# whose content goes in, too
make_initramfs() {
	cpio=$1
	shift
	dir=$(mktemp -d "$vm/initramfs.XXXXXX")
	mkdir -p "$dir/bin" "$dir/proc" "$dir/dev" "$dir/new" "$dir/modules"
	for from in "$@"; do
		cp -a "$from/." "$dir/"
	done
	cp "$BUILD/busybox" "$dir/bin/busybox"
	install -m 755 "$top/tests/vm/init" "$dir/init"
	for module in $MODULES; do
		file=$(find "$cache/$KERNEL/lib/modules" -name "$module.ko*" | head -n 1)
		case $file in
		*.xz) xz -dc "$file" >"$dir/modules/$module.ko" ;;
		?*) cp "$file" "$dir/modules/" ;;
		*) continue ;; # built in
		esac
		case " ${LATE-} " in
		*" $module "*) ;;
		*) echo "$module" >>"$dir/modules/order" ;;
		esac
	done
	(cd "$dir" && find . | cpio -o -H newc -R 0:0 --quiet) >"$cpio"
	rm -rf "$dir"
}

p2_start() {
	echo $((P1_START + P1_SIZE))
}

# A file system in the disk $1: $2 type, $3 label, $4 start, $5 size in MiB,
# $6 directory with its content
make_filesystem() {
	case $2 in
	vfat)
		mkfs.fat -F 32 -s 1 -i "$FAT_ID" -n "$3" --offset=$(($4 * 2048)) "$1" $(($5 * 1024)) >/dev/null 2>&1
		(cd "$6" && mcopy -s -i "$1@@$4M" ./* ::/)
		;;
	squashfs)
		mksquashfs "$6" "$1.squashfs" -quiet -no-progress -all-root >/dev/null
		dd if="$1.squashfs" of="$1" bs=1M seek="$4" conv=notrunc status=none
		rm "$1.squashfs"
		;;
	ufs1 | ufs2)
		makefs -t ffs -o "version=${2#ufs}" -s "$5m" "$1.ufs" "$6" >/dev/null
		dd if="$1.ufs" of="$1" bs=1M seek="$4" conv=notrunc status=none
		rm "$1.ufs"
		;;
	*)
		mke2fs -q -F -t "$2" -L "$3" -d "$6" -E "offset=$(($4 << 20)),root_owner=0:0" "$1" "$5M"
		;;
	esac
}

mbr_only() {
	[ "${LABEL:-dos}" != dos ] || echo "$1"
}

# A disk image $1 as a user would upload it, with a partition table of type
# $LABEL (dos, gpt): partition 1 of type $2 with the
# directory, partition 2 with an ext4 root file system made from $3.
# With $3 empty there is no partition 2.
make_image() {
	rm -f "$1"
	truncate -s "${DISK_SIZE}M" "$1"
	{
		echo "label: ${LABEL:-dos}"
		echo "start=$((P1_START * 2048)), size=$((P1_SIZE * 2048)), $(mbr_only "type=$([ "$2" = vfat ] && echo c || echo 83), bootable")"
		[ -z "$3" ] || echo "start=$(($(p2_start) * 2048)), size=$((P2_SIZE * 2048))"
	} | sfdisk -q "$1"
	dir=$(mktemp -d "$vm/part1.XXXXXX")
	mkdir "$dir/aliyun_custom_image"
	make_filesystem "$1" "$2" OSBOOT "$P1_START" "$P1_SIZE" "$dir"
	rm -rf "$dir"
	[ -z "$3" ] || make_filesystem "$1" "${P2_TYPE:-ext4}" osroot "$(p2_start)" "$P2_SIZE" "$3"
}

# The same with the root file system made from $2 on partition 1, and no other
make_single_partition_image() {
	rm -f "$1"
	truncate -s "${DISK_SIZE}M" "$1"
	printf 'label: dos\nstart=%s, size=%s, type=83, bootable\n' \
		$((P1_START * 2048)) $((P1_SIZE * 2048)) | sfdisk -q "$1"
	mkdir -p "$2/aliyun_custom_image"
	make_filesystem "$1" ext4 osroot "$P1_START" "$P1_SIZE" "$2"
}

# debugfs on partition $2 (1 or 2) of the image $1; $3 its request.
# debugfs has no offset: it works on a copy of the partition's blocks, which
# is written back for a request that changes something
on_ext() {
	start=$P1_START size=$P1_SIZE
	[ "$2" = 1 ] || start=$(p2_start) size=$P2_SIZE
	dd if="$1" of="$1.part" bs=1M skip="$start" count="$size" conv=sparse status=none
	case $3 in
	write* | rm*)
		debugfs -w -R "$3" "$1.part" >/dev/null 2>&1
		dd if="$1.part" of="$1" bs=1M seek="$start" conv=notrunc status=none
		;;
	*)
		# the journal may hold what was written last
		e2fsck -fp "$1.part" >/dev/null 2>&1
		debugfs -R "$3" "$1.part" 2>/dev/null
		;;
	esac
	rm -f "$1.part"
}

is_fat() {
	[ "$(dd if="$1" bs=1 skip=$(((P1_START << 20) + 82)) count=5 status=none)" = FAT32 ]
}

# What the platform does: writes the os.conf $2 into the image $1
put_conf() {
	if is_fat "$1"; then
		mcopy -o -i "$1@@${P1_START}M" "$2" ::/aliyun_custom_image/os.conf
	else
		on_ext "$1" 1 "write $2 aliyun_custom_image/os.conf"
	fi
}

# The names of the files in aliyun_custom_image, in a line each
list_conf() {
	if is_fat "$1"; then
		mdir -b -i "$1@@${P1_START}M" ::/aliyun_custom_image | sed 's|.*/||' | grep .
	else
		on_ext "$1" 1 "ls -p aliyun_custom_image" | cut -d/ -f6 | grep -vx -e '' -e . -e ..
	fi
	true
}

# A file of the root file system on partition $2
root_file() {
	on_ext "$1" "$2" "cat $3"
}

# Starts a virtual machine on the image $1 at the bus $2 (virtio, ide, nvme);
# $3: MAC addresses of its cards; the rest: more of QEMU's options.
# Its console is in the file $console; vm_send types on it.
vm_start() {
	img=$1 bus=$2 cards=$3
	shift 3
	console=$img.console
	rm -f "$console" "$img".pipe.in "$img".pipe.out
	mkfifo "$img.pipe.in" "$img.pipe.out"
	case $bus in
	virtio) set -- -device virtio-blk-pci,drive=disk "$@" ;;
	ide) set -- -device ide-hd,drive=disk "$@" ;;
	nvme) set -- -device nvme,drive=disk,serial=1 "$@" ;;
	none) ;;
	esac
	for mac in $cards; do
		set -- "$@" -nic "user,model=virtio-net-pci,restrict=on,mac=$mac"
	done
	[ -n "$cards" ] || set -- "$@" -nic none
	cat "$img.pipe.out" >"$console" &
	cat_pid=$!
	"qemu-system-$ARCH" -machine "$machine,accel=$ACCEL" -cpu "$cpu" -m 256 -nodefaults \
		-display none -no-reboot -chardev "pipe,id=console,path=$img.pipe" -serial chardev:console \
		-drive "file=$img,format=raw,if=none,id=disk,cache=unsafe" "$@" >"$img.qemu" 2>&1 </dev/null &
	qemu_pid=$!
	exec 3>"$img.pipe.in"
}

# Waits until the console shows the basic regular expression $1; up to $2
# seconds
vm_wait() {
	tries=$((${2:-120} * 10))
	until grep -q -e "$1" "$console"; do
		tries=$((tries - 1))
		if [ "$tries" = 0 ] || ! kill -0 "$qemu_pid" 2>/dev/null; then
			grep -q -e "$1" "$console" && return 0
			echo "the console never showed: $1; its end is:"
			tail -n 15 "$console" | tr -d '\r'
			return 1
		fi
		sleep 0.1
	done
}

vm_send() {
	printf '%s\n' "$1" >&3
}

# A talk on the console: waits for PROMPT, types ANSWER, and so on; the answer
# to a prompt that is not a question (it does not end in "$") is the next prompt.
# Each is looked for behind the one before it.
vm_dialogue() { # PROMPT [ANSWER] ...
	while [ $# != 0 ]; do
		tail -c +"${heard:-1}" "$console" >"$console.new"
		tries=600
		until grep -q -e "$1" "$console.new"; do
			tries=$((tries - 1))
			[ "$tries" != 0 ] || {
				echo "the console never showed: $1; its end is:"
				tail -n 15 "$console" | tr -d '\r'
				return 1
			}
			sleep 0.1
			tail -c +"${heard:-1}" "$console" >"$console.new"
		done
		case $1 in
		*'$')
			heard=$(($(wc -c <"$console") + 1))
			vm_send "$2"
			shift 2
			;;
		*) shift ;;
		esac
	done
}

vm_login() {
	vm_wait 'login: $' && vm_send root && vm_wait 'Password: $' && vm_send "$1" && vm_wait '# $'
}

# Runs a command in the machine, after vm_login; its output
vm_run() {
	mark=$(wc -c <"$console")
	# the echo of the line that is typed does not begin with the mark
	vm_send "echo; echo BEGIN$mark; $1; echo END$mark"
	vm_wait "^END$mark" && tr -d '\r' <"$console" |
		sed -n "/^BEGIN$mark\$/,/^END$mark\$/p" | sed '1d;$d'
}

# Shuts the machine down and waits for its end
vm_stop() {
	vm_send poweroff
	vm_end 60
}

# Waits up to $1 seconds for the machine's end
vm_end() {
	tries=$(($1 * 10))
	while kill -0 "$qemu_pid" 2>/dev/null && [ "$tries" != 0 ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
	vm_kill
}

# Pulls the plug
vm_kill() {
	kill "$qemu_pid" 2>/dev/null
	exec 3>&-
	wait "$qemu_pid" "$cat_pid" 2>/dev/null
	rm -f "$img".pipe.in "$img".pipe.out "$img.qemu"
	qemu_pid=
}
