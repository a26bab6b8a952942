# Buildroot applies nothing, and says nothing, where a patch directory lacks the
# version of a package; kconfig then drops the option that it does not know, and
# the image has no osconf. BR_BUILDING: make clean is to work all the same

ifeq ($(BR_BUILDING)$(BR2_PACKAGE_BUSYBOX),yy)
ifneq ($(filter %/osconf.config,$(call qstrip,$(BR2_PACKAGE_BUSYBOX_CONFIG_FRAGMENT_FILES))),)

# A tree of the user's own gets no patches: make apply put osconf there
osconf_found := $(if $(BUSYBOX_OVERRIDE_SRCDIR),\
	$(wildcard $(BUSYBOX_OVERRIDE_SRCDIR)/networking/osconf/osconf.c),\
	$(wildcard $(addsuffix /busybox/$(BUSYBOX_VERSION)/*osconf*.patch,$(call qstrip,$(BR2_GLOBAL_PATCH_DIR)))))
osconf_known := $(notdir $(wildcard $(BR2_EXTERNAL_OSCONF_PATH)/patches/busybox/*))

ifeq ($(strip $(osconf_found)),)
ifneq ($(BUSYBOX_OVERRIDE_SRCDIR),)
$(error osconf: $(BUSYBOX_OVERRIDE_SRCDIR) is without it: run "make apply TREE=$(BUSYBOX_OVERRIDE_SRCDIR)" in osconf's source)
else ifneq ($(filter $(BUSYBOX_VERSION),$(osconf_known)),)
$(error osconf: busybox is not patched: add $(BR2_EXTERNAL_OSCONF_PATH)/patches to BR2_GLOBAL_PATCH_DIR)
else
$(error osconf: no patch for busybox $(BUSYBOX_VERSION), only for $(osconf_known): run "make dist" in a newer osconf, or take a release of Buildroot that has one of these)
endif
endif

endif
endif
