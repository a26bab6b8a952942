# osconf brings up the cards, also where the machine has an interfaces of its own
do_install:append () {
	printf 'auto lo\niface lo inet loopback\n' >${D}${sysconfdir}/network/interfaces
}
