# osconf brings up the cards
FILESEXTRAPATHS:prepend := "${THISDIR}/files:"
