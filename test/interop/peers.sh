# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# Sourced by the scripts beside this one: where the foreign peers are and how to run them.

# shellcheck source-path=SCRIPTDIR source=../vm/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../vm/common.sh"

PEERS=(aioquic openssl ngtcp2 tlshd)

peer_dir() {
	printf '%s/peers/%s' "$CACHE_DIR" "$1"
}

# peer_exec NAME PROGRAM ARGUMENT...: become a program of that peer, with its own C library and loader.
peer_exec() {
	local root
	root=$(peer_dir "$1")/root
	[[ -d $root ]] || die "peer $1 is missing: run test/interop/fetch $1"
	local program=$root$2 loader=$root/lib64/ld-linux-x86-64.so.2
	[[ -e $loader ]] || loader=$root/usr/lib64/ld-linux-x86-64.so.2
	shift 2
	# The unpacked packages have no links to make / and /usr one: name both.
	exec "$loader" --library-path "$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" "$program" "$@"
}

# peer_root NAME: the root of the peer's own file tree.
peer_root() {
	printf '%s/root' "$(peer_dir "$1")"
}
