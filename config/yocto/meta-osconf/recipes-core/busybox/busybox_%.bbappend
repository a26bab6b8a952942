FILESEXTRAPATHS:prepend := "${THISDIR}/busybox:"

SRC_URI += "file://${PV}/0001-osconf-new-applet.patch file://osconf.cfg"

RRECOMMENDS:${PN} += "osconf"
