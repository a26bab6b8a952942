# SPDX-License-Identifier: GPL-2.0-only
# osconf: gets busybox, puts applet/ and patches/ into it, configures it from
# config/ and builds it. `make help` lists targets and variables.

BUSYBOX_VERSION ?= 1.38.0
V ?= 0
O ?= build

# Neither make nor busybox's own build can
$(foreach dir,CURDIR O,$(if $(word 2,$($(dir))),$(error '$($(dir))': osconf can't be built in a path with blanks)))
override O := $(abspath $(O))

# Another architecture than the machine's: its programs in build/ARCH, and of
# musl like those of this machine. config/build/cross.sh makes the compiler, unless
# there is one
foreign := $(filter-out $(shell uname -m),$(ARCH))
bin := $(O)$(addprefix /,$(foreign))
ifneq ($(foreign),)
CROSS_COMPILE ?= $(foreign)-linux-musl-
made_compiler := $(if $(shell command -v $(CROSS_COMPILE)gcc),,$(filter %-musl,$(O)/cache/$(CROSS_COMPILE:-=)))
export PATH := $(addsuffix :,$(addsuffix /bin,$(made_compiler)))$(PATH)
$(if $(filter demo shell test test-quick test-full matrix mutations worlds,$(MAKECMDGOALS)),$(error tests and demo run here: without ARCH=))
endif

# The other one that there are images for
other := $(if $(filter aarch64,$(shell uname -m)),x86_64,aarch64)

# musl where it is there: smaller, and static without glibc's reservations
ifeq ($(origin CC),default)
CC := $(if $(CROSS_COMPILE),,$(shell command -v musl-gcc 2>/dev/null))
CC := $(if $(CC),musl-gcc,$(CROSS_COMPILE)gcc)
want_musl := $(if $(CROSS_COMPILE),,musl-gcc)
endif

tarball := $(O)/cache/busybox-$(BUSYBOX_VERSION).tar.bz2
tree := $(O)/src/busybox-$(BUSYBOX_VERSION)
series := $(firstword $(shell cat patches/*.patch | cksum))

# Versions and compilers don't mix: "gcc -m32" builds in 1.38.0-gcc_-m32
space := $(subst ,, )
comma := ,
objects := $(O)/obj/$(BUSYBOX_VERSION)-$(subst $(space),_,$(subst /,_,$(CC)))

# musl-gcc comes without the kernel's headers: lent from the machine
lent_headers := $(if $(CROSS_COMPILE),,$(if $(findstring musl,$(CC)),$(objects)/kernel-headers))

# All cores, unless the user says otherwise
jobs = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
# busybox's banner holds a date: that of its release, and as it is in Greenwich,
# so that a build can be repeated to the byte
busybox_make = TZ=UTC0 SOURCE_DATE_EPOCH=$$(cat $(tree)/.released) $(MAKE) --no-print-directory -C $(tree) O=$(@D) V=$(V) $(compiler)
compiler := CC="$(CC)$(addprefix $(space)-idirafter ,$(lent_headers))" CROSS_COMPILE=$(CROSS_COMPILE)

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(Q),@printf '  %-7s %s\n' $(1))

# Two configurations generate files in one and the same source tree: not side by
# side. Each of them takes all jobs
.NOTPARALLEL:

.PHONY: all
all: tools
	@$(MAKE) --no-print-directory programs

.PHONY: help
help:
	@echo 'Targets:'
	@echo '  all (default)    build/busybox with osconf and what else a minimal image needs,'
	@echo '                   and build/osconf alone; both static'
	@echo '  install          build/osconf, its manual and its systemd unit into DESTDIR= (/),'
	@echo '                   PREFIX= (/usr)'
	@echo '  apply TREE=DIR   put applet and patches into the busybox source tree DIR'
	@echo '  demo             boot an image in QEMU as the platform would; show what osconf does'
	@echo '  shell            the same image, with a shell on its console'
	@echo '  image            a disk image to upload: raw, qcow2 and VHD, in build/image/;'
	@echo '                   for ARCH=, if given'
	@echo '  check IMAGE=...  would the platform take this image (raw, qcow2, VHD, VMDK; a disk;'
	@echo '                   a root directory), and could its owner log in? Without root.'
	@echo '                   PLATFORM=tencent: by the rules of Tencent Cloud'
	@echo '  test             run all tests; TESTS="parse vm/run": only these'
	@echo '  test-quick       those that need no virtual machine and no other build'
	@echo '  test-full        the same with every fault and many more power cuts'
	@echo '  worlds           osconf in COUNT= random machines (1000) from SEED= (1)'
	@echo '  mutations        remove one check of the applet at a time: does a quick test notice?'
	@echo '  matrix           every release, architecture, C library and configuration'
	@echo '  fuzz             run libFuzzer, FUZZ_TIME= seconds (60) for each kind of what osconf reads'
	@echo '  upstream-test    busybox'"'"'s own test suite, with the series and without, 1.38.0 and 1.37.0'
	@echo '  randconfig-test  busybox with the series in COUNT= random configurations (10, SEED=1)'
	@echo '  size             what osconf costs, by program, patch and function; UPDATE=1:'
	@echo '                   into tests/bench/README.md'
	@echo '  bench            time, memory and system calls, beside what people use instead'
	@echo '                   and the floor (RUNS=21, BOOTS=5); UPDATE=1: also into that page'
	@echo '  dist             what image builders take: a patch file for each busybox release,'
	@echo '                   recipes for Buildroot, OpenWrt, Yocto, Alpine and Debian; RELEASES="1.36.1": for these'
	@echo '  release          what a release page has: programs, packages, images, sources, dist,'
	@echo '                   checksums, in build/release/; SIGN=KEY: signed by gpg'
	@echo '  series           the changes as mails to busybox'"'"'s list, with measured sizes'
	@echo '  refresh-patches  carry patches/ to the release BUSYBOX_VERSION'
	@echo '  upstream-queues TREE="DIR..."  does osconf apply on top of the patches that Buildroot,'
	@echo '                   OpenWrt, OpenEmbedded-Core and aports have for busybox?'
	@echo '  clean            remove what was built, keep what was downloaded'
	@echo '  distclean        remove that too'
	@echo 'Variables:'
	@echo '  BUSYBOX_VERSION= busybox release, one of config/build/busybox.sha256 (1.38.0); another:'
	@echo '                   with BUSYBOX_SHA256='
	@echo '  BUSYBOX_TARBALL= file with its source, or a directory of such files, instead of'
	@echo '                   downloading it'
	@echo '  CC=              compiler (musl-gcc where it is there, else gcc)'
	@echo '  ARCH=            aarch64 or x86_64: build for it, with musl, in build/ARCH'
	@echo '  CROSS_COMPILE=   prefix of compiler and tools; aarch64-linux-gnu-: with glibc'
	@echo '  O=DIR            build in DIR (build)'
	@echo '  V=1              show the commands'

# By itself and first: once musl-gcc is installed, CC is another
.PHONY: tools
tools:
	@config/build/need.sh gcc libc-dev bzip2 patch
	$(if $(made_compiler),@config/build/cross.sh $(foreign) $(made_compiler))
	@config/build/need.sh $(if $(CROSS_COMPILE),$(firstword $(CC)) $(patsubst %gcc,%libc-dev,$(filter %-linux-gnu-gcc,$(CC))))
	@config/build/need.sh -o $(want_musl)

.PHONY: programs
programs: $(bin)/busybox $(bin)/osconf
	@echo "Up to date: $(bin)/busybox and osconf (busybox $(BUSYBOX_VERSION), $(CC))"

# A changed series begins anew: the objects of a file that a patch no longer
# touches would look up to date
$(tree)/.patched-$(series):
	$(Q)config/build/fetch-busybox.sh $(BUSYBOX_VERSION) $(tarball)
	$(call say,UNPACK $(tarball))
	$(Q)rm -rf $(tree) $(O)/obj/$(BUSYBOX_VERSION)-*
	$(Q)mkdir -p $(tree)
	$(Q)bzip2 -dc $(tarball) | tar -xf - -C $(tree) --strip-components=1
	$(Q)date -r $(tree)/Makefile +%s >$(tree)/.released
	$(call say,PATCH $(tree))
	$(Q)config/build/apply.sh $(tree)
	$(Q)touch $@

# The next four change only when what they stand for does

$(tree)/.applet: $(tree)/.patched-$(series) FORCE
	@config/build/apply.sh -u $@ $(tree)

$(tree)/.options: $(tree)/.applet
	@cd $(tree)/networking && grep -h '^//config:' osconf/*.c | cmp -s - $@ || \
		grep -h '^//config:' osconf/*.c >$@

$(objects)/.compiler: FORCE
	@config/build/compiler.sh $(@D) "$(CC)" $(lent_headers)

$(bin)/.current: FORCE
	@mkdir -p $(@D)
	@echo '$(objects)' | cmp -s - $@ || echo '$(objects)' >$@

$(objects)/%/.configured: config/kconfig/%.config config/build/kconfig.sh $(tree)/.options $(objects)/.compiler
	$(Q)mkdir -p $(@D)
	$(call say,CONFIG $<)
	$(Q)cd $(@D) && $(CURDIR)/config/build/kconfig.sh $(CURDIR)/$< env $(busybox_make)
	$(Q)touch $@

# busybox goes through its options again, and all that hangs on their files,
# whenever a source is newer than they are. $(tree)/.options knows better
$(objects)/%/.built: $(objects)/%/.configured $(tree)/.applet
	$(Q)cd $(@D) && [ -z "$$(find include/config/MARKER -newer .configured 2>/dev/null)" ] || \
		touch include/autoconf.h include/config/MARKER
	+$(Q)$(busybox_make) $(jobs) busybox
	$(Q)touch $@

$(bin)/busybox: $(objects)/image/.built $(bin)/.current
	$(Q)install -m 755 $(<D)/busybox $@

$(bin)/osconf: $(objects)/osconf/.built $(bin)/.current
	$(Q)install -m 755 $(<D)/busybox $@

# For systems that keep their busybox. The unit starts the program where it is
PREFIX ?= /usr

.PHONY: install
install: tools
	@$(MAKE) --no-print-directory $(bin)/osconf
	install -D -m 755 $(bin)/osconf "$(DESTDIR)$(PREFIX)/sbin/osconf"
	install -D -m 644 applet/osconf.8 "$(DESTDIR)$(PREFIX)/share/man/man8/osconf.8"
	install -D -m 644 config/recipes/debian/osconf.service "$(DESTDIR)$(PREFIX)/lib/systemd/system/osconf.service"
	sed -i 's,/usr/sbin/osconf,$(PREFIX)/sbin/osconf,' "$(DESTDIR)$(PREFIX)/lib/systemd/system/osconf.service"

.PHONY: apply
apply:
	@config/build/need.sh patch
	@config/build/apply.sh "$(TREE)"
	@echo "osconf is in $(TREE). Turn it on there: CONFIG_OSCONF=y, or make menuconfig, Networking Utilities"

demo shell test test-quick test-full mutations worlds fuzz: export BUILD := $(O)
demo shell test test-quick test-full: export BUSYBOX_VERSION := $(BUSYBOX_VERSION)
# A release that was made, for the release tests
test test-full: export RELEASE := $(RELEASE)

# An image to be uploaded
disk := $(O)/image/osconf-$(or $(ARCH),$(shell uname -m))

.PHONY: image
image: all
	@config/build/need.sh qemu-img sfdisk mdir debugfs cpio
	@$(MAKE) --no-print-directory $(addprefix $(disk),.raw .qcow2 .vhd)
	@echo "Up to date: $(disk).raw, .qcow2 and .vhd"
	@for platform in alibaba tencent; do config/check/osconf-check -q --platform $$platform $(disk).qcow2 || exit; done

$(disk).raw: $(bin)/busybox $(shell find config/image -type f ! -name README.md)
	$(call say,IMAGE $@)
	$(Q)mkdir -p $(@D)
	$(Q)BUILD=$(O) ARCH=$(or $(ARCH),$(shell uname -m)) config/image/make-image.sh $@

$(disk).qcow2: $(disk).raw
	$(call say,CONVERT $@)
	$(Q)qemu-img convert -O qcow2 $< $@

# The platform takes a size that is a multiple of its blocks, and not what
# VHD's cylinders and heads make of it
$(disk).vhd: $(disk).raw
	$(call say,CONVERT $@)
	$(Q)qemu-img convert -O vpc -o subformat=dynamic,force_size=on $< $@

.PHONY: check
check:
	@config/build/need.sh -o sfdisk qemu-img mdir debugfs unsquashfs cpio
	@config/check/osconf-check $(if $(PLATFORM),--platform $(PLATFORM)) $(if $(IMAGE),"$(IMAGE)")

.PHONY: demo
demo: all
	@$(MAKE) --no-print-directory $(disk).raw
	@tests/vm/demo.sh $(disk).raw

.PHONY: shell
shell: all
	@$(MAKE) --no-print-directory $(disk).raw
	@tests/vm/demo.sh --shell $(disk).raw

.PHONY: test
test: all
	@tests/run.sh $(TESTS)

.PHONY: test-quick
test-quick: override TESTS := backends docs drive dry hostile live merge messages parse partition settings shell store
test-quick: test

.PHONY: test-full
test-full: export FULL := 1
test-full: test

.PHONY: mutations
mutations: all
	@tests/sweep/mutations.sh

.PHONY: worlds
worlds: all
	@config/build/need.sh ip strace perl unshare
	@tests/worlds/worlds.sh many $(or $(COUNT),1000) $(or $(SEED),1)

.PHONY: matrix
matrix: export FULL := 1
matrix: override TESTS := matrix
matrix: test

# image-A-B: the minimal image without the options in whose names A or B is.
# Most of its objects are those of the whole image. osconf-A-B: build/osconf likewise
define without_options
	$(Q)rm -rf $(@D)
	$(Q)cp -a $(<D) $(@D)
	$(call say,CONFIG $(notdir $(@D)))
	$(Q)sed -E 's/^(CONFIG_.*($(subst -,|,$*)).*)=.*/# \1 is not set/' $(word 2,$^) >$(@D)/without.config
	$(Q)cd $(@D) && $(CURDIR)/config/build/kconfig.sh $(@D)/without.config env $(busybox_make)
	$(Q)touch $@
endef

$(objects)/image-%/.configured: $(objects)/image/.built config/kconfig/image.config config/build/kconfig.sh
	$(without_options)

$(objects)/osconf-%/.configured: $(objects)/osconf/.built config/kconfig/osconf.config config/build/kconfig.sh
	$(without_options)

$(objects)/patches/sizes: $(tree)/.patched-$(series) $(objects)/.compiler tests/bench/patch-sizes.sh config/kconfig/defconfig.config
	$(call say,SIZE patches/)
	+$(Q)tests/bench/patch-sizes.sh $(tarball) $(@D) $(MAKE) --no-print-directory $(jobs) O= $(compiler)

# What tests/bench/size.sh looks at, by architecture
optional := $(shell sed -n 's/^\(CONFIG_FEATURE_OSCONF_.*\)=y/\1/p' config/kconfig/image.config)
.PHONY: sized
sized: $(addprefix $(objects)/,osconf/.built image/.built image-OSCONF/.built image-FEATURE_OSCONF/.built patches/sizes \
	$(optional:CONFIG_FEATURE_%=image-%/.built))
	@mkdir -p $(O)/size
	@ln -sfn $(objects) $(O)/size/$(ARCH)

.PHONY: size
size:
	@for arch in $(or $(ARCH),x86_64 aarch64); do \
		$(MAKE) --no-print-directory tools ARCH=$$arch && $(MAKE) --no-print-directory sized ARCH=$$arch || exit; done
	@config/build/need.sh python3
	@tests/bench/size.sh $(O)/size $(tree) $(or $(ARCH),x86_64 aarch64)

$(O)/bench/%: tests/bench/%.c
	$(Q)mkdir -p $(@D)
	$(call say,CC $@)
	$(Q)gcc -Wall -Wextra -O2 -static -o $@ $<

# Built as osconf is, with its sha512-crypt. That library's main is busybox's
$(O)/bench/floor: tests/bench/floor.c $(objects)/osconf/.built $(bin)/.current
	$(Q)mkdir -p $(@D)
	$(call say,CC $@)
	$(Q)$(CC) -Wall -Wextra -Os -static -Wl,--gc-sections -Wl,-z,noseparate-code -Wl,-z,muldefs \
		-o $@ $< $(objects)/osconf/libbb/lib.a

.PHONY: bench-programs
bench-programs: $(addprefix $(O)/bench/,floor measure peak)

.PHONY: bench
bench: export BUILD := $(O)
bench: all
	@$(MAKE) --no-print-directory bench-programs
	@tests/bench/run.sh

.PHONY: upstream-test
upstream-test: export BUILD := $(O)
upstream-test: export UPSTREAM_VERSIONS := 1.38.0 1.37.0
upstream-test: all
	@tests/build/upstream.tests

.PHONY: randconfig-test
randconfig-test: export BUILD := $(O)
randconfig-test: export BUSYBOX_VERSION := $(BUSYBOX_VERSION)
randconfig-test:
	@config/build/need.sh gcc libc-dev bzip2 patch
	@config/build/fetch-busybox.sh $(BUSYBOX_VERSION) $(tarball)
	@tests/build/randconfig.sh $(or $(COUNT),10) $(or $(SEED),1)

.PHONY: dist
dist:
	@config/build/need.sh bzip2 patch gzip $(if $(wildcard .git),git)
	@config/release/dist.sh $(O)/dist $(O)/cache
	@echo "Made: $(O)/dist"

.PHONY: release
release: export SIGN := $(SIGN)
release: dist
	@for arch in $(shell uname -m) $(other); do BUILD=$(O) ARCH=$$arch config/release/kernel.sh || exit; done
	@$(MAKE) --no-print-directory image
	@$(MAKE) --no-print-directory image ARCH=$(other)
	@config/build/need.sh $(if $(SIGN),gpg)
	@config/release/release.sh $(O) $(shell uname -m) $(other)

.PHONY: series
series:
	@config/build/need.sh gcc libc-dev bzip2 patch git python3
	@config/release/series.sh -m $(O)/series $(O)/cache

.PHONY: refresh-patches
refresh-patches:
	@config/build/need.sh bzip2 patch git
	@config/release/refresh-patches.sh $(BUSYBOX_VERSION) $(O)/cache

.PHONY: upstream-queues
upstream-queues: export CACHE := $(O)/cache
upstream-queues:
	@config/build/need.sh bzip2 patch
	@config/release/upstream-queues.sh $(TREE)

.PHONY: fuzz
fuzz: tools
	@config/build/need.sh clang libfuzzer
	@$(MAKE) --no-print-directory fuzz-targets CC=clang
	@tests/fuzz/run.sh

# Any configuration for a test, in a directory of its own
VARIANT = $(O)/$*
variant-%: $(objects)/%/.built
	@mkdir -p $(VARIANT)
	@install -m 755 $(<D)/busybox $(VARIANT)/osconf
	@ln -sf $(O)/busybox $(VARIANT)/busybox

# os.conf and saved settings by one source; the others with what they share
fuzz_targets := osconf saved disk accounts
fuzz_sources = $(if $(filter osconf saved,$*),fuzz,$* harness $(if $(filter disk,$*),,machine))

.PHONY: fuzz-targets
fuzz-targets: $(addprefix $(O)/fuzz/fuzz-,$(fuzz_targets))

# The libraries' only main is libFuzzer's
$(O)/fuzz/fuzz-%: $(wildcard tests/fuzz/*.[ch]) $(objects)/fuzz/.built
	$(call say,FUZZ $@)
	$(Q)mkdir -p $(@D)
	$(Q)for lib in $$(cd $(objects)/fuzz && find . -name lib.a); do \
		objcopy --redefine-sym main=busybox_main $(objects)/fuzz/$$lib $(@D)/$$(echo $$lib | tr -d ./).a || exit; done
	$(Q)clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -D_GNU_SOURCE \
		$(if $(filter saved,$*),-DSAVED=1,-DSAVED=0) -include $(objects)/fuzz/include/autoconf.h \
		-I$(objects)/fuzz/include -I$(tree)/include -I$(tree)/networking/osconf -DBB_VER='""' -DKBUILD_MODNAME=osconf \
		$(if $(filter osconf saved,$*),,-Wl$(comma)--wrap=exit) \
		-o $@ $(fuzz_sources:%=tests/fuzz/%.c) -Wl,--start-group $(@D)/*.a -Wl,--end-group

.PHONY: clean
clean:
	rm -rf $(addprefix $(O)/,busybox osconf .current aarch64 x86_64 src obj image test demo vm bench fuzz asan coverage dist release release-notes.md series size matrix)

.PHONY: distclean
distclean: clean
	rm -rf $(O)/cache
	@[ ! -d $(O) ] || rmdir --ignore-fail-on-non-empty $(O)

.PHONY: FORCE
FORCE:

.SECONDARY:
