#!/bin/bash
# SPDX-License-Identifier: MIT
# quiccat and quicperf against each other, against foreign implementations, and against wrong command lines, where
# the module is loaded: test/vm/run -- test/tools/run.sh [BUILD]; BUILD is tools/build if nothing is said.
set -uo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$root/test/tap.sh"

export PATH=$root/${1:-tools/build}:$PATH LD_LIBRARY_PATH=$root/libquic/build
directory=$(mktemp -d)
trap 'jobs -p | xargs -r kill 2>/dev/null; rm -rf -- "$directory"' EXIT
cd -- "$directory" || exit 1

# make_certificate NAME HOST: NAME.pem and NAME.key, for that host.
make_certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$2" \
		-addext "subjectAltName=DNS:$2" -keyout "$1.key" -out "$1.pem" 2>/dev/null
}

make_certificate server localhost
make_certificate client client.test
head -c 9000000 /dev/urandom >random
certificate=(--cert server.pem --key server.key)
trust=(--ca server.pem --verify localhost)

# listening LOG PID: print the port that the server says in LOG, once it does.
listening() {
	until sed -n 's/.*listening on .* port //p' "$1" | grep .; do
		kill -0 "$2" || return 1
		sleep 0.05
	done
}

# eventually COMMAND...: it succeeds within a minute.
eventually() {
	local i
	for ((i = 0; i < 600; i++)); do
		"$@" && return
		sleep 0.1
	done
	return 1
}

# contains FILE TEXT: the file is that text.
contains() {
	[[ $(<"$1") == "$2" ]]
}

# status NUMBER COMMAND...: the command ends with that status.
status() {
	local status=0
	"${@:2}" || status=$?
	[[ $status -eq $1 ]]
}

# ends STATUS TEXT COMMAND...: it ends with that status, and says so in these words.
ends() {
	status "$1" "${@:3}" 2>complaint && grep -qF -- "$2" complaint && return
	cat complaint
	return 1
}

# usage TEXT COMMAND...: a wrong command line. complains TEXT COMMAND...: a failure.
usage() {
	ends 2 "$@" </dev/null
}
complains() {
	ends 1 "$@"
}

# shellcheck source-path=SCRIPTDIR source=quiccat.sh
. "$root/test/tools/quiccat.sh"
# shellcheck source-path=SCRIPTDIR source=sessions.sh
. "$root/test/tools/sessions.sh"
# shellcheck source-path=SCRIPTDIR source=foreign.sh
. "$root/test/tools/foreign.sh"
# shellcheck source-path=SCRIPTDIR source=quicperf.sh
. "$root/test/tools/quicperf.sh"
# shellcheck source-path=SCRIPTDIR source=input.sh
. "$root/test/tools/input.sh"

finish tools
