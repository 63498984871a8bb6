#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Compile the engine for a 32-bit machine and look for 64-bit divisions that a kernel there cannot link.
name="P29 no part of the engine divides 64 bits by itself on a 32-bit machine"
here=$(dirname "$(realpath "$0")")
engine=$here/../../module/net/quic/engine
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

# Compiling takes headers only, and those of a 64-bit library miss but one.
mkdir "$objects/gnu"
: >"$objects/gnu/stubs-32.h"
for file in "$engine"/*.c; do
	"$CC" -m32 -std=gnu11 -O2 -isystem "$objects" -isystem "/usr/include/$("$CC" -print-multiarch)" \
		-I"$here" -I"$engine" -I"$here/../../module/include" \
		-c -o "$objects/$(basename "$file" .c).o" "$file" || exit 1
done

divisions=$(nm -A "$objects"/*.o | grep -E 'U __(u?div|u?mod|u?divmod)[dt]i')
if [ -z "$divisions" ]; then
	echo "ok 1 - $name"
else
	echo "$divisions" | sed 's/^/# /'
	echo "not ok 1 - $name"
fi
echo "1..1"
