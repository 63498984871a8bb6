#!/bin/bash
# SPDX-License-Identifier: MIT
# In a VM where no module is loaded: install DIRECTORY/quic.ko, open a socket, and see that the kernel has loaded it.
set -euo pipefail
modules=/lib/modules/$(uname -r)

# A kernel that was never installed here.
mkdir -p -- "$modules"
touch -- "$modules"/modules.{order,builtin,builtin.modinfo}
make -s -C "$1" install-module
for family in AF_INET AF_INET6; do
	python3 -c "import socket; socket.socket(socket.$family, socket.SOCK_STREAM, 261)"
	grep '^quic ' /proc/modules
	rmmod quic
done
make -s -C "$1" uninstall-module
if python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM, 261)'; then
	printf 'the module is gone and there is a socket\n'
	exit 1
fi
