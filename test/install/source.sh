#!/bin/bash
# SPDX-License-Identifier: MIT
# Install into scratch roots, build a program against what is there, and remove it again.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../vm/common.sh
. "${BASH_SOURCE[0]%/*}/../vm/common.sh"
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$REPO_DIR/test/tap.sh"

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
cd -- "$REPO_DIR"

# What make's caller set is not this test's.
unset PREFIX BINDIR LIBDIR INCLUDEDIR MANDIR DESTDIR INSTALL_MOD_PATH KVER KDIR MAKEFLAGS MAKELEVEL MFLAGS

# A copy of the sources and of what is built, because a quic.ko may be lying here or not.
copy=$scratch/kquic
mkdir -- "$copy"
git ls-files -z -c -o --exclude-standard -- \
	Makefile '*.mk' Kbuild dkms.conf module libquic tools man examples/c test/examples test/tap.sh |
	tar -c --null --ignore-failed-read -T - | tar -x -C "$copy"

install_as() {
	make -s -C "$copy" install "$@"
}

uninstall_as() {
	make -s -C "$copy" uninstall "$@"
}

# files ROOT: what is installed there.
files() {
	(cd -- "$1" && find . ! -type d -printf '%P\n' | LC_ALL=C sort)
}

# lists ROOT FILE...: these are among what is installed.
lists() {
	local root=$1 file
	shift
	for file in "$@"; do
		[[ -s $root/$file ]] || {
			printf 'no %s in:\n' "$file"
			files "$root"
			return 1
		}
	done
}

# empty ROOT: nothing is left.
empty() {
	[[ ! $(files "$1") ]] || {
		files "$1"
		return 1
	}
}

# man_page_paths: where man/ goes below a prefix.
man_page_paths() {
	local page
	for page in "$copy"/man/*.[1378]; do
		[[ -e $page ]] && printf 'share/man/man%s/%s\n' "${page##*.}" "${page##*/}"
	done
}

staged() {
	local file
	local -a pages
	mapfile -t pages < <(man_page_paths)
	install_as DESTDIR="$scratch/staged" &&
		lists "$scratch/staged/usr/local" bin/quiccat bin/quicperf lib/libquic.so.1 lib/libquic.so \
			lib/libquic.a lib/pkgconfig/libquic.pc include/netinet/quic.h include/linux/quic.h \
			"${pages[@]}" &&
		[[ $(readlink "$scratch/staged/usr/local/lib/libquic.so") == libquic.so.1 ]]
}

# With every folder somewhere else, nothing goes where it was not told to.
elsewhere() {
	local root=$scratch/elsewhere
	local -a folders=(DESTDIR="$root" PREFIX=/p BINDIR=/b LIBDIR=/l/x86_64 INCLUDEDIR=/i MANDIR=/m)
	install_as "${folders[@]}" &&
		lists "$root" b/quiccat l/x86_64/libquic.so.1 l/x86_64/pkgconfig/libquic.pc i/netinet/quic.h &&
		[[ ! -e $root/p ]] && grep -qx 'libdir=/l/x86_64' "$root/l/x86_64/pkgconfig/libquic.pc" &&
		uninstall_as "${folders[@]}" && empty "$root"
}

uninstall_staged() {
	printf 'not ours\n' | tee "$scratch/staged/usr/local/lib/libother.so" \
		"$scratch/staged/usr/local/include/netinet/other.h" >"$scratch/staged/usr/local/lib/pkgconfig/other.pc"
	uninstall_as DESTDIR="$scratch/staged"
	files "$scratch/staged"
	[[ $(files "$scratch/staged" | xargs) == "$(printf 'usr/local/%s ' \
		include/netinet/other.h lib/libother.so lib/pkgconfig/other.pc | xargs)" ]]
}

# example ARGUMENT...: the examples, built with what pkg-config says of the installed library.
example() {
	make -s -B -C "$copy/test/examples" PKG_CONFIG_PATH="$prefix/lib/pkgconfig" "$@"
}

# linked SHOWN: whether ldd finds the installed library, with LD_LIBRARY_PATH.
linked() {
	local libraries
	libraries=$(LD_LIBRARY_PATH=$prefix/lib ldd "$copy/examples/c/echo-server")
	printf '%s\n' "$libraries"
	[[ $libraries == *"libquic.so.1 => $prefix/lib/libquic.so.1"* ]]
}

install_prefix() {
	install_as PREFIX="$prefix" && lists "$prefix" lib/libquic.so.1
}

shared() {
	example && linked
}

static() {
	example QUIC_LIBS="-L$prefix/lib -l:libquic.a -lgnutls" && ! linked
}

runs() {
	test/vm/run --kind uml --timeout 300 -- env LD_LIBRARY_PATH="$prefix/lib" "$copy/test/examples/run.sh"
}

uninstall_prefix() {
	uninstall_as PREFIX="$prefix" && empty "$prefix"
}

# A system with user-mode Linux as its kernel, as far as depmod looks at it, and quic.ko for it.
kernel_system() {
	cp -- "$(test/vm/module --kind uml)" "$copy/quic.ko"
	release=$(modinfo -F vermagic "$copy/quic.ko")
	release=${release%% *}
	system=$scratch/system
	mkdir -p -- "$system/lib/modules/$release"
	touch -- "$system/lib/modules/$release"/modules.{order,builtin,builtin.modinfo}
}

# known: whether that system's modprobe finds quic.ko by its protocol.
known() {
	grep -q 'net-pf-2-proto-261 quic$' "$system/lib/modules/$release/modules.alias"
}

module_with_all() {
	install_as DESTDIR="$scratch/staged" INSTALL_MOD_PATH="$system" &&
		lists "$system/lib/modules/$release" extra/quic.ko && known &&
		[[ ! -e $scratch/staged/lib/modules ]]
}

module_removed() {
	uninstall_as DESTDIR="$scratch/staged" INSTALL_MOD_PATH="$system" &&
		[[ ! -e $system/lib/modules/$release/extra/quic.ko ]] && ! known
}

loaded_by_socket() {
	test/vm/run --kind uml --no-module --timeout 100 -- test/install/autoload.sh "$copy"
}

# A package that is being made has none of depmod's files.
module_staged() {
	make -s -C "$copy" install-module DESTDIR="$scratch/package"
	[[ $(files "$scratch/package") == "lib/modules/$release/extra/quic.ko" ]]
}

dkms_source() {
	local version
	version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
	make -s -C "$copy" install-dkms DESTDIR="$scratch/dkms" &&
		lists "$scratch/dkms/usr/src/kquic-$version" dkms.conf Kbuild module/include/uapi/linux/quic.h \
			module/net/quic/Makefile module/net/quic/compat.h module/net/quic/engine/conn.c &&
		make -s -C "$copy" uninstall-dkms DESTDIR="$scratch/dkms" && empty "$scratch/dkms"
}

# skips_old_kernels: as DKMS compares a kernel's release.
skips_old_kernels() {
	local pattern kernel
	pattern=$(sed -n 's/^BUILD_EXCLUSIVE_KERNEL="\(.*\)"/\1/p' dkms.conf)
	for kernel in 5.10.0-30-amd64 6.0.19 6.0.0-1-amd64; do
		[[ ! $kernel =~ $pattern ]] || return 1
	done
	for kernel in 6.1.0-56-amd64 6.9.1 6.12.117+deb12-amd64 7.2.13+deb14-amd64 10.0-rc1; do
		[[ $kernel =~ $pattern ]] || return 1
	done
}

no_parameters() {
	[[ $(modinfo -F filename "$copy/quic.ko") && ! $(modinfo -F parm "$copy/quic.ko") ]]
}

# one_version: DKMS, npm and Debian are told the same.
one_version() {
	local version
	version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
	grep -F "\"version\": \"$version\"," package.json && head -n 1 debian/changelog | grep -F "kquic ($version)"
}

check 'make install puts library, headers, pkg-config file and man pages below DESTDIR and /usr/local' staged
check 'make uninstall removes that and leaves what others put beside it' uninstall_staged
check 'each folder can be somewhere else (PREFIX, BINDIR, LIBDIR, INCLUDEDIR, MANDIR)' elsewhere
prefix=$scratch/prefix
check 'make install PREFIX= installs for this machine, which needs no kernel headers' install_prefix
check 'S9.1 the C examples compile by pkg-config and find the shared library' shared
check 'with it they exchange texts with each other, in the VM' runs
check 'S9.1 they link with the static library' static
check 'and exchange texts with each other without the shared one' runs
check 'make uninstall PREFIX= leaves nothing' uninstall_prefix
refuse 'a relative DESTDIR is refused by name' 'DESTDIR=stage is not an absolute path' install_as DESTDIR=stage
refuse 'make install-module says that there is no module' 'make module builds it' \
	make -s -C "$copy" install-module DESTDIR="$scratch/module"
kernel_system
check 'with a module built, make install puts it into extra/ of its kernel, where modprobe finds it' module_with_all
check 'and make uninstall removes it' module_removed
check 'a socket loads the module that was installed, in the VM' loaded_by_socket
check 'make install-module below DESTDIR leaves depmod to the package that is made of it' module_staged
refuse 'a module that was built for another kernel is not installed' "quic.ko was built for $release, not for 6.6.6" \
	make -s -C "$copy" install-module DESTDIR="$scratch/module" KVER=6.6.6
check 'make install-dkms puts the module'\''s source where DKMS looks for it' dkms_source
check 'DKMS skips kernels older than 6.1' skips_old_kernels
check 'S10.1 the module has no parameters' no_parameters
check 'DKMS, npm and Debian are told the same version' one_version
finish install
