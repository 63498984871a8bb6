# SPDX-License-Identifier: MIT
#
# make install and make uninstall, with the variables of the GNU coding standards. Part of the Makefile.

# libquic's and the tools' Makefiles have the same defaults.
PREFIX		?= /usr/local
MANDIR		?= $(PREFIX)/share/man
INSTALL		?= install
STRIP		?= strip

# quic.ko knows which kernel it was built for. INSTALL_MOD_PATH is the root of that kernel's system.
MODULE_ROOT	= $(or $(INSTALL_MOD_PATH),$(DESTDIR))
BUILT_FOR	= $(firstword $(shell PATH=$$PATH:/usr/sbin:/sbin modinfo -F vermagic $(wildcard quic.ko) 2>/dev/null))
RELEASE		= $(or $(BUILT_FOR),$(KVER))
MODULE_DIR	= $(MODULE_ROOT)/lib/modules/$(RELEASE)/extra

PACKAGE		:= kquic-$(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
DKMS_DIR	= $(DESTDIR)/usr/src/$(PACKAGE)
MODULE_SOURCES	= $(shell find module \( -name '*.[ch]' -o -name Makefile -o -name Kconfig \) ! -name '*.mod.c')

MAN_PAGES	:= $(wildcard man/*.[1378])

# Folders are made by several makes in several places: a relative path would mean something else in each.
ifneq ($(filter install% uninstall%,$(MAKECMDGOALS)),)
$(foreach name,PREFIX BINDIR LIBDIR INCLUDEDIR MANDIR DESTDIR INSTALL_MOD_PATH,$(if $(filter-out /%,$($(name))),\
	$(error $(name)=$($(name)) is not an absolute path)))
endif

# A package that is being made has no kernel below its DESTDIR: the package's own script calls depmod then.
define depmod
	PATH=$$PATH:/usr/sbin:/sbin; if [ -f $(MODULE_ROOT)/lib/modules/$(RELEASE)/modules.order ]; then \
		depmod $(if $(MODULE_ROOT),-b $(MODULE_ROOT)) $(RELEASE); fi
endef

.PHONY: install uninstall
install: install-libquic install-tools install-man ## library, headers, tools, man pages; the module if it was built
uninstall: uninstall-libquic uninstall-tools uninstall-man uninstall-module ## remove what make install made
ifneq ($(wildcard quic.ko),)
install: install-module
endif

.PHONY: install-libquic uninstall-libquic
install-libquic:
	$(MAKE) -C libquic install
uninstall-libquic:
	$(MAKE) -C libquic uninstall

.PHONY: install-tools uninstall-tools
install-tools: libquic
	$(MAKE) -C tools install
uninstall-tools:
	$(MAKE) -C tools uninstall

.PHONY: install-man uninstall-man
install-man:
	set -e; for page in $(MAN_PAGES); do \
		$(INSTALL) -D -m 644 $$page $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page#man/}; \
	done
uninstall-man:
	rm -f $(foreach page,$(MAN_PAGES),$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page)))

.PHONY: install-module uninstall-module
install-module: ## the module alone, into extra/ of the kernel it was built for; INSTALL_MOD_PATH is its root
	@test -f quic.ko || { echo "there is no quic.ko: make module builds it" >&2; exit 1; }
	@test -n "$(BUILT_FOR)" || { echo "quic.ko does not say which kernel it is for (modinfo)" >&2; exit 1; }
	@test -z "$(filter-out file default undefined,$(origin KVER))" -o "$(KVER)" = "$(BUILT_FOR)" || \
		{ echo "quic.ko was built for $(BUILT_FOR), not for $(KVER)" >&2; exit 1; }
	$(INSTALL) -d $(MODULE_DIR)
	$(STRIP) --strip-debug -o $(MODULE_DIR)/quic.ko quic.ko
	chmod 644 $(MODULE_DIR)/quic.ko
	$(depmod)
uninstall-module:
	rm -f $(MODULE_DIR)/quic.ko
	$(depmod)

.PHONY: install-dkms uninstall-dkms
install-dkms: ## the module's source for DKMS, which builds it for each kernel
	rm -rf $(DKMS_DIR)
	$(INSTALL) -d $(DKMS_DIR)
	cp --parents Kbuild dkms.conf $(MODULE_SOURCES) $(DKMS_DIR)/
uninstall-dkms:
	rm -rf $(DKMS_DIR)

# What the packages are made of. They are built in a folder of their own, which is cleaned first.
DEB_SOURCES	:= Makefile install.mk Kbuild dkms.conf README.md LICENSE LICENSES debian docs libquic man module \
		   tools test/libquic test/selftest

.PHONY: deb
deb: ## Debian packages of the module (DKMS), the library and the tools, in build/deb
	rm -rf build/deb
	mkdir -p build/deb/$(PACKAGE)
	tar -c --exclude=build --exclude='*.o' --exclude='*.ko' $(wildcard $(DEB_SOURCES)) | \
		tar -x -C build/deb/$(PACKAGE)
	cd build/deb/$(PACKAGE) && dpkg-buildpackage -b -us -uc

.PHONY: check-install check-in-tree check-deb
check-install: libquic tools ## install into scratch roots, build programs against it, remove it
	test/install/source.sh
check-in-tree: ## build QUIC inside Debian's source of kernel 6.12
	test/install/in-tree.sh
check-deb: ## build the packages, install, use and remove them, and DKMS without them, each in a clean Debian 12
	test/install/deb.sh
