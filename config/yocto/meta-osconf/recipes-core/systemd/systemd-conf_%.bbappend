# osconf brings up the cards
PACKAGECONFIG:remove = "dhcp-ethernet"
