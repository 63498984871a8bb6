# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The initramfs: busybox, guest/init, and the modules without which the root cannot be mounted.

INITRAMFS_MODULES=(virtio_pci virtio_console 9pnet_virtio 9p overlay)

# busybox_path: a static busybox, from the cache or from the machine.
busybox_path() {
	printf '%s/tools/bin/busybox' "$CACHE_DIR"
}

# make_initramfs KIND KERNEL OUTPUT: everything uncompressed, because unpacking in the guest is slow.
make_initramfs() {
	local kind=$1 kernel=$2 output=$3 root release line path name
	root=$(mktemp -d "$CACHE_DIR/initramfs.XXXXXX")
	mkdir -p -- "$root/bin" "$root/modules" "$root/dev"
	cp -- "$(busybox_path)" "$root/bin/busybox"
	cp -- "$VM_DIR/guest/init" "$root/init"
	chmod +x "$root/init"
	: >"$root/modules/order"
	if [[ $kind == qemu ]]; then
		release=$(kernel_release "$kernel")
		while read -r line path _; do
			[[ $line == insmod ]] || continue
			name=${path##*/}
			case $path in
			*.xz) xz -dc -- "$path" >"$root/modules/${name%.xz}" ;;
			*.zst) zstd -dcq -- "$path" >"$root/modules/${name%.zst}" ;;
			*) cp -- "$path" "$root/modules/" ;;
			esac
			name=${name%.xz}
			printf '%s\n' "${name%.zst}"
		done < <(modprobe -d "$(kernel_dir "$kernel")/root" -S "$release" --show-depends -a \
			"${INITRAMFS_MODULES[@]}") | awk '!seen[$0]++' >"$root/modules/order"
	fi
	(cd -- "$root" && find . | cpio --quiet -o -H newc -R 0:0) >"$output.new"
	mv -- "$output.new" "$output"
	rm -rf -- "$root"
}
