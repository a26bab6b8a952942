SUMMARY = "Runs osconf at boot, before the network"
DESCRIPTION = "Start script and unit for osconf, busybox's applet that sets host name, \
password and network of an image on Alibaba Cloud, and the directory of its os.conf."
LICENSE = "GPL-2.0-only"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/GPL-2.0-only;md5=801f80980d171dd6425610833a22dbe6"

SRC_URI = "file://osconf file://osconf.service file://osconf.preset"
# Before styhead there is no UNPACKDIR
S = "${@d.getVar('UNPACKDIR') or d.getVar('WORKDIR')}"

inherit allarch update-rc.d systemd

INITSCRIPT_NAME = "osconf"
# After / is writable (05) and hostname.sh (39), before networking (rc5.d)
INITSCRIPT_PARAMS = "start 40 S ."
SYSTEMD_SERVICE:${PN} = "osconf.service"

# What osconf.wks makes partition 1 of
first_partition = "${datadir}/osconf/first-partition"

do_install () {
	install -D -m 0755 ${S}/osconf ${D}${sysconfdir}/init.d/osconf
	install -D -m 0644 ${S}/osconf.service ${D}${systemd_system_unitdir}/osconf.service
	install -D -m 0644 ${S}/osconf.preset ${D}${systemd_unitdir}/system-preset/10-osconf.preset
	install -d ${D}${first_partition}/aliyun_custom_image
}

FILES:${PN} += "${systemd_unitdir}/system-preset ${first_partition}"
