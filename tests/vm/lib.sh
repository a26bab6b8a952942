# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Images as a user would upload them, and virtual machines that boot them.
# Sourced by demo.sh and vm/run.sh. Nothing is mounted and no root is needed;
# nothing leaves the machine (the cards are QEMU's, with restrict=on).

top=$(cd "$(dirname "$0")" && while [ ! -d config ] && [ "$PWD" != / ]; do cd ..; done && pwd)
: "${BUILD:=$top/build}"
vm=$BUILD/vm
mkdir -p "$vm"
. "$top/config/build/apt.sh"
. "$top/config/build/package.sh"

# What cases need beside the image's modules
MODULES="loop bridge"

# Emulation is slower than KVM, but is the same everywhere; ACCEL=kvm for the
# impatient
: "${ACCEL:=tcg}"

# QEMU's command for an architecture, and what its kernel is told where no boot
# loader starts it. no_timer_check: see config/image/grub.cfg
# shellcheck disable=SC2034
machine_of() { # ARCH
	case $1 in
	x86_64) QEMU="qemu-system-x86_64 -machine pc,accel=$ACCEL -cpu max" OPTIONS="console=ttyS0 no_timer_check" ;;
	aarch64) QEMU="qemu-system-aarch64 -machine virt,accel=$ACCEL -cpu cortex-a57" OPTIONS="console=ttyAMA0" ;;
	esac
	OPTIONS="$OPTIONS quiet panic=-1"
}
machine_of "$ARCH"
"$top/config/build/need.sh" "qemu-system-$ARCH" mcopy mkfs.fat mke2fs sfdisk || exit 1

FAT_ID=05c0f001
P1_START=1 # MiB, each
P1_SIZE=64
P2_SIZE=64
DISK_SIZE=6144

# The image's root file system in the directory $1, without SSH server, log and acpid;
# $2: the line of inittab that runs osconf
make_root() {
	"$top/config/image/make-image.sh" --root "$1"
	sed -i "s|^::sysinit:/sbin/osconf|$2|; /dropbear/d; /syslogd/d; /acpid/d" "$1/etc/inittab"
}

# root's password $2 in the root file system $1; $3: the day of its last change
set_password() {
	echo "root:$("$BUILD/busybox" mkpasswd -m sha512 "$2" saltsalt):$3:0:99999:7:::" >"$1/etc/shadow"
}

# The image's initramfs in the file $1, with $MODULES and the content of the
# directories that follow
make_initramfs() {
	MODULES=$MODULES KERNEL=${KERNEL-} "$top/config/image/make-image.sh" --initramfs "$@"
}

# is WHAT GOT EXPECTED: a test, of the case $name
# shellcheck disable=SC2154
is() {
	if [ "$2" = "$3" ]; then
		echo "PASS: $name: $1"
	else
		echo "FAIL: $name: $1"
		echo "$2" | sed 's/^/    is:        /'
		echo "$3" | sed 's/^/    should be: /'
	fi
}

fail() {
	echo "FAIL: $name: $1"
	exit 1
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

# A config drive as an image, with the directory DIR as its root
make_drive() { # IMAGE DIR [OPTION...]
	iso=$1 dir=$2
	shift 2
	genisoimage -quiet -R -V config-2 "$@" -o "$iso" "$dir" 2>/dev/null
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

# Starts a virtual machine on the image $1 at the bus $2 (virtio, scsi, ide, nvme);
# $3: MAC addresses of its cards, each with more options of the card behind a
# comma if need be; the rest: more of QEMU's options.
# Its console is in the file $console; vm_send types on it.
vm_start() {
	img=$1 bus=$2 cards=$3
	shift 3
	console=$img.console
	rm -f "$console" "$img".pipe.in "$img".pipe.out
	mkfifo "$img.pipe.in" "$img.pipe.out"
	case $bus in
	virtio) set -- -device virtio-blk-pci,drive=disk "$@" ;;
	scsi) set -- -device virtio-scsi-pci -device scsi-hd,drive=disk "$@" ;;
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
	# shellcheck disable=SC2086
	$QEMU -m 256 -nodefaults \
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

# What is wrong comes to the console by the kernel, which puts the time before it
no_times() {
	sed 's/^\[[0-9. ]*] //'
}

# What osconf said at the boot
vm_said() {
	tr -d '\r' <"$console" | no_times | grep '^osconf: '
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
