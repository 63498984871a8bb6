#!/bin/bash
# SPDX-License-Identifier: MIT
# What programs build and link against, installed into a directory of its own: symbols and their versions, headers
# in C and C++, alone and among others, shared and static. TAP.
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source-path=SCRIPTDIR source=../../tap.sh
. ../../tap.sh

directory=$(mktemp -d)
trap 'rm -rf -- "$directory"' EXIT
make -s -C ../../../libquic PREFIX="$directory" install || exit 1
export PKG_CONFIG_PATH=$directory/lib/pkgconfig
library=$directory/lib/libquic.so

exported() {
	nm -D --defined-only --with-symbol-versions "$library" | awk '$2 == "T" { print $3 }' | LC_ALL=C sort |
		diff symbols.txt -
}

archived() {
	nm -g --defined-only --format=posix "$directory/lib/libquic.a" | awk 'NF > 2 { print $1 }' |
		LC_ALL=C sort | diff <(sed 's/@.*//' symbols.txt) -
}

# What threads share: how to log, which is atomic, and an anti-replay context, made at the start and never changed.
variables() {
	nm --format=sysv "$directory/lib/libquic.a" |
		awk -F ' *[|]' '$4 ~ /OBJECT/ && $7 ~ /^(\.t?bss|\.t?data|\*COM\*)$/ { print $1 }' | LC_ALL=C sort |
		diff <(printf '%s\n' quic_early_data_anti_replay quic_log_func quic_log_level) -
}

# Every exported function has a declaration and a description, and every declaration is of one.
declared() {
	local header=$directory/include/netinet/quic.h
	diff <(sed 's/@.*//' symbols.txt) \
		<(grep -oE '^[a-z].*\bquic_[a-z_]+\(' "$header" | grep -oE 'quic_[a-z_]+\($' | tr -d '(' |
			LC_ALL=C sort) &&
		diff <(sed 's/@.*//' symbols.txt) \
			<(grep -oE '^ \* quic_[a-z_]+ - ' "$header" | awk '{ print $2 }' | LC_ALL=C sort)
}

soname() {
	readelf -d "$library" | grep -F 'Library soname: [libquic.so.1]'
}

described() {
	[[ $(pkg-config --modversion libquic) == 1.0 ]] &&
		[[ " $(pkg-config --cflags --libs libquic) " == *" -L$directory/lib -lquic "* ]] &&
		grep -qx 'Name: quic' "$PKG_CONFIG_PATH/libquic.pc" &&
		grep -q '^Requires.private:.*gnutls >= 3.7.0' "$PKG_CONFIG_PATH/libquic.pc" &&
		[[ " $(pkg-config --static --libs libquic) " == *' -lgnutls '* ]]
}

# compiles COMPILER STANDARD HEADER...: without a warning.
compiles() {
	local compiler=$1 standard=$2 language=c++
	[[ $standard == *++* ]] || language=c
	shift 2
	printf '#include <%s>\n' "$@" |
		"$compiler" -x "$language" -std="$standard" -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
			-I"$directory/include" -
}

each_alone() {
	local header
	for header in netinet/quic.h linux/quic.h; do
		compiles "$1" "$2" "$header" && compiles "$1" "$2" "$header" "$header" || return
	done
}

# Some of the others do not go together in some orders; where they do, ours go with them, wherever they stand.
in_any_order() {
	local others=(netinet/in.h sys/socket.h linux/in.h) a b c position count=0
	for a in "${others[@]}"; do
		for b in "${others[@]}"; do
			for c in "${others[@]}"; do
				[[ $a != "$b" && $b != "$c" && $a != "$c" ]] || continue
				compiles cc c11 "$a" "$b" "$c" 2>/dev/null || continue
				for position in "netinet/quic.h $a $b $c" "$a netinet/quic.h $b $c" \
					"$a $b netinet/quic.h $c" "$a $b $c netinet/quic.h" \
					"linux/quic.h $a $b $c" "$a $b $c linux/quic.h linux/tls.h"; do
					# shellcheck disable=SC2086 # names, separated
					compiles cc c11 $position || return
					count=$((count + 1))
				done
			done
		done
	done
	[[ $count -gt 0 ]]
}

# links COMPILER STANDARD FLAG...: a program that uses every function; it runs.
links() {
	local compiler=$1 standard=$2 language=c++
	[[ $standard == *++* ]] || language=c
	shift 2
	"$compiler" -x "$language" -std="$standard" -Wall -Wextra -Wpedantic -Werror -I"$directory/include" \
		-o "$directory/program" program.c -x none "$@" && "$directory/program"
}

shared() {
	links "$1" "$2" -L"$directory/lib" -lquic -lgnutls -Wl,-rpath,"$directory/lib"
}

static() {
	links "$1" "$2" "$directory/lib/libquic.a" -lgnutls
}

printf 'TAP version 13\n'
check 'S9.1 the soname is libquic.so.1' soname
check 'S9.1 libquic.pc says how to build against it' described
check 'S9.1 the shared library exports what it documents, with versions, and nothing else' exported
check 'S9.1 the static library defines the same names, and no other a program could meet' archived
check 'S9.13 the library has no variables but three that threads may share' variables
check 'S9.2 the header declares and describes every function' declared
for compiler in gcc clang; do
	for standard in c99 c11 c17; do
		check "S9.4 $compiler: each header compiles alone in $standard" each_alone "$compiler" "$standard"
	done
done
for compiler in g++ clang++; do
	for standard in c++11 c++17 c++20; do
		check "S9.4 $compiler: each header compiles alone in $standard" each_alone "$compiler" "$standard"
	done
done
check 'S9.4 the headers compile in any order with those of the C library and the kernel' in_any_order
check 'S9.2 a program in C99 links with the shared library' shared cc c99
check 'S9.2 a program in C99 links with the static library' static cc c99
for standard in c++11 c++20; do
	check "S9.2 a program in ${standard^} links with the shared library" shared c++ "$standard"
	check "S9.2 a program in ${standard^} links with the static library" static c++ "$standard"
done
finish libquic-abi
