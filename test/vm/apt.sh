# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Packages of any Debian suite through an apt state of our own, so that the machine's apt never changes.
#
# The mirror's address is the one that the machine itself uses. Signatures are checked with Debian's
# archive keyring; only the "valid until" date is not, because a mirror may be a snapshot.

DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# machine_mirror PATTERN: the address the machine takes the suites matching PATTERN from.
machine_mirror() {
	# shellcheck disable=SC2016 # apt-get expands these
	env -u APT_CONFIG apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' |
		awk -v pattern="^$1\$" '$2 ~ pattern && $3 == "main" { print $1; exit }'
}

# apt_state NAME STATUS_FILE SUITE...: use the state NAME, over these suites, in this shell.
# STATUS_FILE is what apt shall take for installed: the machine's own, or an empty one.
apt_state() {
	local dir=$CACHE_DIR/apt/$1 status=$2 codename main security suite
	shift 2
	mkdir -p -- "$dir"/{lists,archives}/partial
	: >"$dir/empty"
	[[ $status == empty ]] && status=$dir/empty
	codename=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
	main=$(machine_mirror "$codename")
	security=$(machine_mirror "$codename-security")
	[[ $main ]] || die "apt's sources name no mirror for $codename"
	for suite in "$@"; do
		local mirror=$main
		[[ $suite == *-security ]] && mirror=${security:-$main}
		printf 'deb [signed-by=%s] %s %s main\n' "$DEBIAN_KEYRING" "$mirror" "$suite"
	done >"$dir/sources.list"
	cat >"$dir/apt.conf" <<-CONF
		Dir::State "$dir";
		Dir::State::Lists "$dir/lists";
		Dir::State::status "$status";
		Dir::State::extended_states "$dir/extended_states";
		Dir::Cache "$dir";
		Dir::Cache::Archives "$dir/archives";
		Dir::Etc::sourcelist "$dir/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Acquire::Check-Valid-Until "false";
		Acquire::Languages "none";
		Acquire::Retries "3";
		APT::Sandbox::User "root";
		APT::Install-Recommends "false";
		APT::Keep-Downloaded-Packages "true";
		Debug::NoLocking "true";
	CONF
	export APT_CONFIG=$dir/apt.conf APT_ARCHIVES=$dir/archives
	apt-get -qq update || die "apt cannot read the package lists of: $*"
}

# package_dependencies PACKAGE PATTERN: its direct dependencies whose names match the pattern.
package_dependencies() {
	apt-cache depends "$1" | awk -v pattern="^($2)\$" \
		'/^[ |]*(Pre)?Depends:/ && $NF ~ pattern { print $NF }' | sort -u
}

# unpack_packages ROOT PACKAGE...: download these packages and unpack them below ROOT.
unpack_packages() {
	local root=$1 debs
	shift
	debs=$(mktemp -d "$CACHE_DIR/debs.XXXXXX")
	(cd -- "$debs" && apt-get -qq download "$@") || die "cannot download: $*"
	mkdir -p -- "$root"
	unpack_archives "$root" "$debs"
	rm -rf -- "$debs"
}

# unpack_archives ROOT DIRECTORY: unpack every .deb of the directory below ROOT.
unpack_archives() {
	local deb
	for deb in "$2"/*.deb; do
		dpkg -x "$deb" "$1" || die "cannot unpack ${deb##*/}"
	done
}
