# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Clean installations of Debian 12 to try packages in: folders, run with chroot. After test/vm/common.sh and apt.sh.

ROOTS=$CACHE_DIR/roots

# What a smallest Debian is made of changes seldom; the copies of it are what tests change.
make_base() {
	local codename=bookworm main security
	[[ -d $ROOTS/base ]] && return 0
	log "making a root of $codename"
	main=$(machine_mirror "$codename")
	security=$(machine_mirror "$codename-security")
	[[ $main ]] || die "apt's sources name no mirror for $codename"
	rm -rf -- "$ROOTS/base.new"
	mkdir -p -- "$ROOTS/archives/partial"
	# Nothing here has to survive a loss of power.
	mmdebstrap --quiet --variant=minbase --mode=root --aptopt='Acquire::Check-Valid-Until "false"' \
		--dpkgopt=force-unsafe-io \
		"$codename" "$ROOTS/base.new" "deb $main $codename main" \
		"deb ${security:-$main} $codename-security main" || die "mmdebstrap failed"
	mv -- "$ROOTS/base.new" "$ROOTS/base"
}

# private_mounts SCRIPT ARGUMENT...: the script again, where mounts vanish with it.
private_mounts() {
	[[ ${KQUIC_PRIVATE_MOUNTS:-} ]] || KQUIC_PRIVATE_MOUNTS=1 exec unshare --mount --propagation private -- "$@"
	unset KQUIC_PRIVATE_MOUNTS
}

# clean_root DIRECTORY: a root there, in which apt works.
clean_root() {
	with_lock roots make_base
	cp -a -- "$ROOTS/base" "$1"
	mount -t proc proc "$1/proc"
	mount --rbind /dev "$1/dev"
	mount --bind "$ROOTS/archives" "$1/var/cache/apt/archives"
	cp -- /etc/resolv.conf "$1/etc/resolv.conf"
	printf '%s\n' 'APT::Install-Recommends "false";' 'APT::Keep-Downloaded-Packages "true";' \
		'APT::Sandbox::User "root";' 'Acquire::Languages "none";' >"$1/etc/apt/apt.conf.d/90trial"
	within "$1" apt-get -qq update
}

# within ROOT COMMAND...: run it there.
within() {
	env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive chroot "$@" </dev/null
}
