#!/bin/bash
# SPDX-License-Identifier: MIT
# In the VM: echo.sh FOLDER VERSION...: server.mjs and client.mjs of each project there, with its own Node.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=nodes.sh
. "${BASH_SOURCE[0]%/*}/nodes.sh"

cd -- "$1"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost \
	-addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem 2>/dev/null
for version in "${@:2}"; do
	cd -- "$1/node-$version"
	cp -- ../key.pem ../cert.pem .
	node=$(node_folder "$version")/bin/node
	coproc server { exec "$node" server.mjs; }
	read -r <&"${server[0]}"
	"$node" client.mjs | tee answer
	# shellcheck disable=SC2154 # coproc sets it
	kill "$server_PID"
	wait "$server_PID" || true
	grep -q '^hello$' answer
done
