# The layer changes nothing of others until a distribution asks for it
require ${@bb.utils.contains('DISTRO_FEATURES', 'osconf', 'osconf.inc', '', d)}
