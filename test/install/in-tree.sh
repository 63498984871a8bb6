#!/bin/bash
# SPDX-License-Identifier: MIT
# Build QUIC inside a kernel's source, a copy of Debian's 6.12: as a module with its tests, and as part of the kernel.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../vm/common.sh
. "${BASH_SOURCE[0]%/*}/../vm/common.sh"
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$REPO_DIR/test/tap.sh"

KERNEL=6.12
"$VM_DIR/fetch" source "$KERNEL"
source=$(source_dir "$KERNEL")
# Beside the source: the copy is made of hard links.
scratch=$(mktemp -d "$source-copy.XXXXXX")
trap 'rm -rf -- "$scratch"' EXIT
tree=$scratch/linux
cp -al -- "$source" "$tree"

kbuild() {
	make -s -C "$tree" O="$scratch/build" "-j${JOBS:-$(nproc)}" "$@"
}

install_in_tree() {
	"$REPO_DIR/module/install-in-tree" "$tree"
}

# twice: the second time, nothing is added.
twice() {
	install_in_tree && cp -- "$tree/net/Kconfig" "$tree/net/Makefile" "$scratch"
	: >"$tree/net/quic/engine/old.c"
	install_in_tree && cmp "$tree/net/Kconfig" "$scratch/Kconfig" &&
		cmp "$tree/net/Makefile" "$scratch/Makefile" && [[ ! -e $tree/net/quic/engine/old.c ]]
}

untouched() {
	[[ ! -e $source/net/quic ]] && ! grep -l IP_QUIC "$source"/net/{Kconfig,Makefile}
}

# configure OPTION...: allnoconfig and these.
configure() {
	printf 'CONFIG_%s\n' 64BIT=y MODULES=y NET=y SYSCTL=y PROC_FS=y PROC_SYSCTL=y "$@" >"$scratch/wanted"
	kbuild KCONFIG_ALLCONFIG="$scratch/wanted" allnoconfig
}

# configured OPTION...: these are as they are here; "OPTION=" stands for one that is not offered.
configured() {
	local option
	for option in "$@"; do
		if [[ $option == *= ]]; then
			! grep "^CONFIG_$option" "$scratch/build/.config" || return 1
		elif ! grep -qx "CONFIG_$option" "$scratch/build/.config"; then
			printf 'no %s, but:\n' "$option"
			grep "CONFIG_${option%=*}\b" "$scratch/build/.config" || true
			return 1
		fi
	done
}

needs_ipv6() {
	configure INET=y IP_QUIC=y && configured IP_QUIC= && configure INET=y IPV6=m IP_QUIC=y && configured IP_QUIC=m
}

selects() {
	configure INET=y IPV6=y IP_QUIC=y &&
		configured IP_QUIC=y CRYPTO_{HMAC,SHA256,SHA512,ECB,AES,GCM,CCM,CHACHA20POLY1305}=y
}

# built OBJECT...: without a warning.
built() {
	local object
	kbuild W=1 KCFLAGS=-Werror net/quic/
	for object in "$@"; do
		[[ -s $scratch/build/net/quic/$object ]] || return 1
	done
}

as_module() {
	configure INET=y IPV6=m IP_QUIC=m KUNIT=y NETWORK_FILESYSTEMS=y NFS_FS=m IP_QUIC_TEST=m &&
		configured IP_QUIC{,_TEST}=m && built quic.o quic_unit_test.o
}

as_part_of_the_kernel() {
	configure INET=y IPV6=y IP_QUIC=y && configured IP_QUIC=y && built built-in.a
}

check 'S10.1 QUIC becomes part of a kernel tree, and does so again without a second line' twice
check 'S10.1 the tree that was copied is as it was' untouched
check 'S10.1 IP_QUIC is offered with IPV6, and no more built in than it' needs_ipv6
check 'S10.1 IP_QUIC selects its ciphers' selects
check 'S10.1 IP_QUIC=m and IP_QUIC_TEST=m build in the tree without a warning' as_module
check 'S10.1 IP_QUIC=y builds in the tree without a warning' as_part_of_the_kernel
refuse 'install-in-tree says that a folder is no kernel source' 'this is no kernel source' \
	"$REPO_DIR/module/install-in-tree" "$REPO_DIR"
refuse 'install-in-tree says which folder does not exist' "$scratch/none: no such directory" \
	"$REPO_DIR/module/install-in-tree" "$scratch/none"
rm -- "$tree/net/quic/engine/conn.h"
refuse 'install-in-tree leaves a net/quic alone that is not ours' 'net/quic is there already and is not ours' \
	install_in_tree
finish in-tree
