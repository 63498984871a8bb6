#!/bin/bash
# SPDX-License-Identifier: MIT
# Build Debian's packages in one clean Debian 12; install, use and remove them in another; then DKMS without them there.
# Root, and a mirror of Debian, are needed.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../vm/common.sh
. "${BASH_SOURCE[0]%/*}/../vm/common.sh"
# shellcheck source-path=SCRIPTDIR source=../vm/apt.sh
. "$VM_DIR/apt.sh"
# shellcheck source-path=SCRIPTDIR source=root.sh
. "$REPO_DIR/test/install/root.sh"
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$REPO_DIR/test/tap.sh"
private_mounts "$0" "$@"
cd -- "$REPO_DIR"
unset MAKEFLAGS MAKELEVEL MFLAGS

mkdir -p -- "$ROOTS"
scratch=$(mktemp -d "$ROOTS/trial.XXXXXX")
builder=$scratch/builder user=$scratch/user

# The folders may only be removed when nothing is mounted in them.
cleanup() {
	local root
	for root in "$builder" "$user"; do
		! mountpoint -q "$root/dev" || umount -R "$root/dev"
		! mountpoint -q "$root/proc" || umount "$root/proc"
		! mountpoint -q "$root/var/cache/apt/archives" || umount "$root/var/cache/apt/archives"
	done
	rm -rf --one-file-system -- "$scratch"
}
trap cleanup EXIT

apt_install() {
	within "$user" apt-get -qq -y install "$@"
}

# sources DIRECTORY: what git has or would take, so that nothing built here comes along.
sources() {
	mkdir -p -- "$1"
	git ls-files -z -c -o --exclude-standard | tar -c --null --ignore-failed-read -T - | tar -x -C "$1"
}

prepare() {
	clean_root "$builder"
	sources "$builder/src/kquic"
	within "$builder" apt-get -qq -y install build-essential lintian
	within "$builder" apt-get -qq -y build-dep /src/kquic
}

build() {
	within "$builder" make -C /src/kquic deb
}

# As README.md has it: loader and shell find what was installed, and nothing but that was.
from_source() {
	# shellcheck disable=SC2016
	within "$builder" sh -ec 'cd /src/kquic
		before=$(find /usr/local ! -type d)
		make -s
		make -s install
		quiccat --version
		ldconfig -p | grep /usr/local/lib/libquic.so.1
		test "$(pkg-config --variable=prefix libquic)" = /usr/local
		make -s uninstall
		test "$(find /usr/local ! -type d)" = "$before"'
}

lint() {
	within "$builder" sh -c 'lintian --allow-root --fail-on error /src/kquic/build/deb/*.changes'
}

compiles() {
	apt_install gcc pkg-config
	mkdir -p "$user/example"
	cp -- examples/c/*.c "$user/example/"
	# shellcheck disable=SC2016
	within "$user" sh -ec 'cd /example; for program in echo-server echo-client; do
		gcc -Wall -Werror $(pkg-config --cflags libquic) -o $program $program.c $(pkg-config --libs libquic)
		ldd $program | grep "libquic.so.1 => /lib/x86_64-linux-gnu/libquic.so.1"
		done'
}

# module_file FOLDER: quic.ko of the only kernel, in that folder of its modules.
module_file() {
	local -a found=("$user"/lib/modules/*/"$1"/quic.ko)
	[[ -s ${found[0]} ]] || return 1
	printf '%s\n' "${found[0]#"$user"}"
}

# dkms_built: for the kernel whose headers are there, and depmod knows it by its protocol.
dkms_built() {
	local file release
	file=$(module_file updates/dkms) || {
		cat "$user"/var/lib/dkms/kquic/*/build/make.log
		return 1
	}
	release=${file#/lib/modules/} release=${release%%/*}
	[[ $(within "$user" modinfo -F vermagic "$file") == "$release "* ]] &&
		grep -q 'net-pf-2-proto-261 quic$' "$user/lib/modules/$release/modules.alias"
}

installs() {
	mkdir -p "$user/debs"
	cp -- "$builder"/src/kquic/build/deb/*.deb "$user/debs/"
	within "$user" sh -c "apt-get -qq -y install $*"
}

tools_start() {
	within "$user" quiccat --version && within "$user" quicperf --version
}

# gone: neither package nor file.
gone() {
	! within "$user" dpkg -l 'kquic-*' 'libquic*' 2>/dev/null | grep '^[a-z]i' &&
		! find "$user"/{usr,lib/modules,var/lib,etc} \( -name '*quic*' -o -name '*libquic*' \) \
			! -path '*/dpkg/*' ! -path '*/linux-headers-*' | grep . && ! module_file updates/dkms
}

purges() {
	within "$user" apt-get -qq -y purge 'kquic-*' 'libquic*' && gone
}

# The three steps of docs/install.md, from the source.
dkms_from_source() {
	local release version
	release=$(cd "$user/lib/modules" && printf '%s\n' *)
	version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
	make -s install-dkms DESTDIR="$user"
	within "$user" dkms add "kquic/$version"
	within "$user" dkms build "kquic/$version" -k "$release"
	within "$user" dkms install "kquic/$version" -k "$release"
	dkms_built
}

dkms_removed() {
	within "$user" dkms remove "kquic/$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)" --all &&
		make -s uninstall-dkms DESTDIR="$user" && gone
}

check 'a clean Debian 12 has what building the packages needs' prepare
check 'there, make and make install install for this machine; make uninstall leaves nothing' from_source
check 'make deb builds the packages' build
check 'lintian finds no error in them' lint
clean_root "$user"
check 'library and headers install with what they depend on' installs './debs/libquic*.deb'
check 'the C examples compile against the installed libquic-dev' compiles
check 'the module installs where there are headers of Debian'\''s kernel' \
	installs ./debs/kquic-dkms_*.deb linux-headers-amd64
check 'DKMS has built it for that kernel, which finds it by its protocol' dkms_built
check 'everything installs beside it' installs './debs/*.deb'
check 'the tools find their libraries' tools_start
check 'purging leaves no package and no file' purges
check 'DKMS adds, builds and installs the module from the source' dkms_from_source
check 'DKMS removes it again' dkms_removed
finish deb
