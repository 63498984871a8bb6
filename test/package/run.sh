#!/bin/bash
# SPDX-License-Identifier: MIT
# The package as users get it: its contents and types, and the tarball installed into empty projects with each Node.
# Installing asks no registry. --kernel and --kind choose the VM in which installed packages are run.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=nodes.sh
. "${BASH_SOURCE[0]%/*}/nodes.sh"
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$REPO_DIR/test/tap.sh"
cd -- "$REPO_DIR"

vm_options=("$@") from_source=''
scratch=$(mktemp -d "$CACHE_DIR/package.XXXXXX")
trap 'rm -rf -- "$scratch"' EXIT
tarball=$scratch/kquic.tgz
# What a machine without a compiler has: npm's scripts need a shell, and npm itself looks at its system.
bare=$scratch/bare
mkdir -- "$bare"
for program in sh env uname ldd cat; do
	ln -s "$(command -v "$program")" "$bare/$program"
done
npm_cli=$(realpath -- "$(command -v npm)")

# with_node VERSION PATH COMMAND...: the command with that Node first, and nothing of this shell's environment.
with_node() {
	local node
	node=$(node_folder "$1")
	env -i HOME="$scratch" PATH="$node/bin:$2" npm_config_nodedir="$node" npm_config_offline=true \
		npm_config_cache="$scratch/cache" npm_config_update_notifier=false npm_config_audit=false \
		${from_source:+npm_config_build_from_source=kquic} "${@:3}"
}

# install VERSION PATH PROJECT TARBALL...: into a new, empty project.
install_in() {
	local project=$3
	mkdir -- "$project"
	printf '{ "name": "trial", "private": true }\n' >"$project/package.json"
	(cd -- "$project" && with_node "$1" "$2" node "$npm_cli" install --foreground-scripts "${@:4}" \
		"$scratch/node-addon-api.tgz")
}

# evaluate VERSION PROJECT commonjs|module SCRIPT: its output.
evaluate() {
	(cd -- "$2" && with_node "$1" "$bare" node --input-type="$3" -e "$4")
}

# says TEXT COMMAND...: the command succeeds, and its output has these words.
says() {
	local output
	output=$("${@:2}" 2>&1) || {
		printf '%s\n' "$output"
		return 1
	}
	printf '%s\n' "$output"
	[[ $output == *"$1"* ]]
}

package() {
	npm pack --silent --ignore-scripts --pack-destination "$scratch" &&
		mv -- "$scratch"/kquic-*.tgz "$tarball" &&
		npm pack --silent --pack-destination "$scratch" ./node_modules/node-addon-api &&
		mv -- "$scratch"/node-addon-api-*.tgz "$scratch/node-addon-api.tgz"
}

# contents: what the sources say has to be there, and nothing else.
contents() {
	local source
	{
		printf '%s\n' LICENSE README.md binding.gyp package.json addon/install.js \
			prebuilds/linux-x64-glibc/kquic.node
		git ls-files -c -o --exclude-standard -- LICENSES 'addon/*.cc' 'addon/*.h' ':(glob)libquic/*.[ch]' \
			libquic/include module/include/uapi
		git ls-files -c -o --exclude-standard -- lib | while read -r source; do
			case $source in
			*.mts) printf 'dist/%s\n' "${source%.mts}".{mjs,mjs.map,d.mts} ;;
			*.ts) printf 'dist/%s\n' "${source%.ts}".{js,js.map,d.ts} ;;
			esac
		done
	} | LC_ALL=C sort >"$scratch/expected"
	tar -tzf "$tarball" | sed 's|^package/||' | LC_ALL=C sort | diff "$scratch/expected" -
}

# types PROJECT: a program compiles against the installed declarations, as CommonJS and ESM, in strict mode.
types() {
	local compiler=$REPO_DIR/node_modules/typescript/bin/tsc file
	mkdir -p -- "$1/node_modules/@types"
	cp -r -- node_modules/@types/node "$1/node_modules/@types/node"
	cp -r -- node_modules/undici-types "$1/node_modules/"
	for file in api.cts api.mts; do
		cp -- test/node/types/api.ts "$1/$file"
	done
	cd -- "$1"
	node "$compiler" --noEmit --strict --exactOptionalPropertyTypes --target es2022 --lib es2023,esnext.disposable \
		--module nodenext --types node api.cts api.mts &&
		node "$compiler" --noEmit --strict --target es2022 --lib es2023,esnext.disposable \
			--module esnext --moduleResolution bundler --types node api.mts
}

# variant NAME COMMAND...: the tarball with its folder changed by the command, as NAME.tgz.
variant() {
	local folder=$scratch/$1
	mkdir -- "$folder" && tar -xzf "$tarball" -C "$folder" &&
		(cd -- "$folder/package" && "${@:2}") &&
		tar -czf "$folder.tgz" -C "$folder" package
}

# The loader finds no such library: as on a machine without GnuTLS.
lose_gnutls() {
	sed -i 's/libgnutls\.so\.30/libgnutls.so.99/g' prebuilds/*/kquic.node
}

# A file that is no program: as one for another C library.
spoil_addon() {
	echo 'not for this machine' >prebuilds/linux-x64-glibc/kquic.node
}

# on_platform NAME PROJECT SCRIPT: as there, as far as Node tells.
on_platform() {
	evaluate "${NODES[0]}" "$2" commonjs "Object.defineProperty(process, 'platform', { value: '$1' }); $3"
}

BOTH="const names = Object.keys(k).sort().join(); if (!names.includes('QuicStream') || s.IPPROTO_QUIC !== 261)
	throw new Error(names); console.log('both')"
SUPPORT="const { available, reason } = k.support(); console.log(available ? 'modprobe quic is done' : reason)"
REQUIRE="const k = require('kquic'), s = require('kquic/socket');"
IMPORT="import * as k from 'kquic'; import * as s from 'kquic/socket';"

check 'npm pack makes a package' package
check '... of what is needed and nothing else' contents
check 'publint finds nothing' npx publint run --strict "$tarball"
check 'arethetypeswrong finds nothing' npx attw "$tarball"

for version in "${NODES[@]}"; do
	project=$scratch/node-$version
	check "Node $version: it installs offline and without a compiler" \
		install_in "$version" "$bare" "$project" "$tarball"
	check "Node $version: require finds both entry points" \
		says both evaluate "$version" "$project" commonjs "$REQUIRE $BOTH"
	check "Node $version: import finds both entry points" \
		says both evaluate "$version" "$project" module "$IMPORT $BOTH"
	check "Node $version: the prebuilt addon loads; support() says what else is needed" \
		says 'modprobe quic' evaluate "$version" "$project" commonjs "$REQUIRE $SUPPORT"
done

for file in server client; do
	for version in "${NODES[@]}"; do
		node test/docs/blocks.js README.md "$file.mts" >"$scratch/node-$version/$file.mjs"
	done
done
check "README.md's server and client run as they stand with each Node, in the VM" \
	test/vm/run "${vm_options[@]}" --timeout 2700 -- test/package/echo.sh "$scratch" "${NODES[@]}"
check 'its declarations are right for CommonJS, ESM and bundlers' types "$project"

variant no-gnutls lose_gnutls
check 'without GnuTLS it installs' \
	install_in "$version" "$bare" "$scratch/p-no-gnutls" "$scratch/no-gnutls.tgz"
check '... and support() says to install it' says 'install libgnutls30' \
	evaluate "$version" "$scratch/p-no-gnutls" commonjs "$REQUIRE $SUPPORT"

variant no-prebuilt rm -r prebuilds
check 'where nothing is prebuilt and no compiler there, it installs and npm says what is missing' says \
	'apt-get install g++ make python3 pkg-config libgnutls28-dev' \
	install_in "$version" "$bare" "$scratch/p-no-prebuilt" "$scratch/no-prebuilt.tgz"
check '... and so does support()' says 'npm rebuild kquic' \
	evaluate "$version" "$scratch/p-no-prebuilt" commonjs "$REQUIRE $SUPPORT"

variant spoiled spoil_addon
check 'where the prebuilt addon does not load, it is compiled' \
	says 'gyp info ok' install_in "$version" "$PATH" "$scratch/p-spoiled" "$scratch/spoiled.tgz"
for other in "${NODES[@]}"; do
	check "... and loads in Node $other" says 'modprobe quic' \
		evaluate "$other" "$scratch/p-spoiled" commonjs "$REQUIRE $SUPPORT"
done

from_source=1
refuse 'who asks for a build where none is possible gets an error' 'apt-get install g++' \
	install_in "$version" "$bare" "$scratch/p-asked" "$tarball"
from_source=''

for platform in darwin win32; do
	check "on $platform the installation ends well" says 'Linux only' \
		on_platform "$platform" "$project" "require('./node_modules/kquic/addon/install.js')"
	check "on $platform support() says that this is for Linux" says 'Linux only' \
		on_platform "$platform" "$project" "$REQUIRE $SUPPORT"
done
finish package
