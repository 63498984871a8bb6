# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The initramfs: busybox, guest/init, and the modules without which the root cannot be mounted.

# The root's, then what quic.ko and its tests use, then the accelerated ciphers that a real machine would load.
INITRAMFS_MODULES=(virtio_pci virtio_console 9pnet_virtio 9p overlay
	virtio_rng udp_tunnel ip6_udp_tunnel gcm ccm ctr ecb chacha20poly1305 hmac sha256 sha512
	aesni_intel ghash_clmulni_intel chacha_x86_64 poly1305_x86_64 sha256_ssse3 sha512_ssse3)

# busybox_path: a static busybox, from the cache or from the machine.
busybox_path() {
	printf '%s/tools/bin/busybox' "$CACHE_DIR"
}

# unpack_module FILE DIRECTORY: print the name of the unpacked copy.
unpack_module() {
	local name=${1##*/}
	case $1 in
	*.xz) name=${name%.xz} && xz -dc -- "$1" >"$2/$name" ;;
	*.zst) name=${name%.zst} && zstd -dcq -- "$1" >"$2/$name" ;;
	*) cp -- "$1" "$2/" ;;
	esac
	printf '%s\n' "$name"
}

# make_initramfs KIND KERNEL OUTPUT [MODULE]...: everything uncompressed, because unpacking in the guest is slow.
make_initramfs() {
	local kind=$1 kernel=$2 output=$3 root module
	local -a from
	shift 3
	root=$(mktemp -d "$CACHE_DIR/initramfs.XXXXXX")
	mkdir -p -- "$root/bin" "$root/modules" "$root/dev"
	cp -- "$(busybox_path)" "$root/bin/busybox"
	cp -- "$VM_DIR/guest/init" "$root/init"
	chmod +x "$root/init"
	if [[ $kind == qemu ]]; then
		from=(-d "$(kernel_dir "$kernel")/root" -S "$(kernel_release "$kernel")")
		for module in "${INITRAMFS_MODULES[@]}" "$@"; do
			# Built in, or not in this kernel: nothing to load.
			modprobe -q "${from[@]}" --show-depends "$module" || true
		done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r module; do
			unpack_module "$module" "$root/modules"
		done >"$root/modules/order"
	else
		: >"$root/modules/order"
	fi
	(cd -- "$root" && find . | cpio --quiet -o -H newc -R 0:0) >"$output.new"
	mv -- "$output.new" "$output"
	rm -rf -- "$root"
}
