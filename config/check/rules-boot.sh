# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154
# The rules of what boots: names of disks, drivers

### Names of disks

# by-id has the disk's serial number, by-path where it is plugged in
DISKS='/dev/(([vsh]d[a-z]|xvd[a-z]|nvme[0-9])[a-z0-9]*|disk/by-(id|path)/[^ "'"'"']*)'

rule_devices() {
	tree=$root
	code etc/fstab | awk '$2 == "/" || (" " $4 ",") !~ /[ ,]noauto,/ { print "/etc/fstab\t" $1 }' >"$work/named"
	had_trouble "$work/boot-lines.trouble"
	# a title may tell of any disk
	cut -f 2- "$work/boot-lines" | sed "/${TAB}[[:space:]]*\(menuentry\|submenu\|title\|menu\|label\|echo\)[[:space:]]/d; s,^,/," >>"$work/named"
	code etc/inittab | sed "s,^,/etc/inittab$TAB," | grep -v osconf >>"$work/named"
	grep -E "$TAB(.*[ =\"'(])?$DISKS" "$work/named" |
		sed -E "s,^([^$TAB]*)$TAB.*($DISKS).*,\1: \2," | sort -u | while IFS= read -r what; do
		broken "$what may have another name there: UUID=, LABEL= or PARTUUID="
	done
}

rule_swap() {
	tree=$root
	code etc/fstab | awk '$3 == "swap" { print $1 }' | while IFS= read -r what; do
		broken "/etc/fstab: swap on $what: remove the line"
	done
}

### Drivers

# Each is MODULE:OPTION. Those of disks have to be where the root can be mounted
drivers() { # disk MODULE:OPTION... any MODULE:OPTION...
	absent='' unsure=''
	for pair; do
		case $pair in disk | any) where=$pair && continue ;; esac
		place=$(driver "${pair%:*}" "${pair#*:}")
		case $where-$place in
		*-builtin | *-initramfs | any-root) ;;
		*-unknown) unsure="$unsure ${pair%:*}" ;;
		disk-root) [ "$root" = "$initramfs" ] || absent="$absent ${pair%:*} (it is not in the initramfs)" ;;
		*) absent="$absent ${pair%:*}" ;;
		esac
	done
	if [ -n "$absent$unsure" ] && [ -s "$work/initramfs.trouble" ]; then
		trouble "$(first_line "$work/initramfs.trouble")"
	elif [ -n "$absent" ]; then
		missing "missing:$absent: put it into the kernel or the initramfs"
	elif [ -n "$unsure" ] && [ -z "$disk" ] && ! [ -s "$work/modules" ]; then
		does_not_apply "the directory has no kernel"
	elif [ -n "$unsure" ]; then
		unchecked "not seen:$unsure: if the kernel has it built in, put the kernel's configuration into the image as /boot/config-VERSION, or its modules.builtin"
	fi
}

rule_virtio() {
	drivers disk virtio_pci:VIRTIO_PCI virtio_blk:VIRTIO_BLK any virtio_net:VIRTIO_NET
}

rule_nvme() {
	drivers disk nvme:BLK_DEV_NVME
}

rule_xen() {
	drivers disk xen_blkfront:XEN_BLKDEV_FRONTEND any xen_netfront:XEN_NETDEV_FRONTEND
}

# sr_mod brings cdrom with it
rule_cdrom() {
	drivers any sr_mod:BLK_DEV_SR isofs:ISO9660_FS
}

rule_cdrom_bus() {
	drivers any ata_piix:ATA_PIIX virtio_scsi:SCSI_VIRTIO
}
