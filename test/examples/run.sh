#!/bin/bash
# SPDX-License-Identifier: MIT
# The C examples against each other, as root where the module is loaded: test/vm/run -- test/examples/run.sh
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../examples/c" || exit 1
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. ../../test/tap.sh

PORT=4460
PSK_PORT=4461
STEP=../../test/examples/build/step
directory=$(mktemp -d)
servers=()

cleanup() {
	[[ ${#servers[@]} -eq 0 ]] || kill -- "${servers[@]}" 2>/dev/null
	rm -rf -- "$directory"
}
trap cleanup EXIT

# check NAME COMMAND...: one test. What the programs complain about is in a file.
check() {
	local status=0
	"${@:2}" || status=$?
	result "$1" "$status" "$(<"$directory/errors")"
}

# serve NAME ARGUMENT...: a server, its output in the file NAME.log.
serve() {
	./echo-server "${@:2}" >"$directory/$1.log" 2>&1 &
	servers+=("$!")
	until grep -q ":$2[[:space:]]" /proc/net/quic/eps; do sleep 0.1; done
}

client() {
	./echo-client "$@" 2>"$directory/errors"
}

echoes() {
	[[ $(client "$1" "$2" "$3" "${@:4}") == "$3" ]]
}

# The trust store with nothing but the server's certificate, for this command alone.
trusting() {
	# shellcheck disable=SC2016
	unshare --mount sh -c 'mount -t tmpfs none "$0" && cp -- "$1" "$0/ca-certificates.crt" && shift && exec "$@"' \
		/etc/ssl/certs "$directory/cert.pem" "$@" 2>"$directory/errors"
}

echoes_trusting() {
	[[ $(trusting ./echo-client "$1" "$2" "$3") == "$3" ]]
}

refuses() {
	! trusting ./echo-client "${@:2}" >"$directory/output" && grep -q -- "$1" "$directory/errors" &&
		[[ ! -s $directory/output ]]
}

# In quic_handshake_step(3), the function of an event loop.
steps() {
	local key
	key=$(cut -d : -f 2 "$directory/psk")
	[[ $("$STEP" "$PSK_PORT" guest "$key" 'in steps' 2>"$directory/errors") == 'in steps' ]] &&
		grep -q 'continued [1-9][0-9]* times, returned 0' "$directory/errors"
}

# A wrong key: the loop ends with the error of the handshake.
steps_fail() {
	! "$STEP" "$PSK_PORT" guest 0123456789abcdef 'in steps' 2>"$directory/errors" &&
		grep -q 'returned -' "$directory/errors"
}

many_at_once() {
	local jobs=() i all=0
	for i in {1..8}; do
		(echoes 127.0.0.1 "$PSK_PORT" "text $i" "$directory/psk") &
		jobs+=("$!")
	done
	for i in "${jobs[@]}"; do wait "$i" || all=1; done
	return "$all"
}

usage() {
	"$@" 2>"$directory/errors"
	[[ $? -eq 2 ]] && grep -q '^usage: ' "$directory/errors"
}

names_the_file() {
	client 127.0.0.1 "$PSK_PORT" hello "$directory/absent"
	[[ $? -eq 1 ]] && grep -q -- "$directory/absent" "$directory/errors"
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
	-addext subjectAltName=DNS:localhost \
	-keyout "$directory/key.pem" -out "$directory/cert.pem" 2>"$directory/errors"
printf 'guest:%s\n' "$(openssl rand -hex 32)" >"$directory/psk"
serve certificates "$PORT" "$directory/key.pem" "$directory/cert.pem"
serve psk "$PSK_PORT" "$directory/psk"

check 'S9.10 a text comes back over IPv4, with a PSK' echoes 127.0.0.1 "$PSK_PORT" hello "$directory/psk"
check 'S9.10 a text comes back over IPv6, with a PSK' echoes ::1 "$PSK_PORT" hello "$directory/psk"
check 'S9.2 a text comes back from a server whose certificate is trusted' echoes_trusting localhost "$PORT" hello
check 'F48 a certificate of another name is refused' refuses 'another name' 127.0.0.1 "$PORT" hello
check 'a long text comes back whole' \
	echoes 127.0.0.1 "$PSK_PORT" "$(head -c 90000 /dev/urandom | base64 -w 0)" "$directory/psk"
check 'many clients are served at once' many_at_once
check 'S9.5 the event loop of quic_handshake_step(3) makes a handshake, and quic(7) sends on a stream' steps
check 'S9.6 the event loop of quic_handshake_step(3) ends with the error of a handshake' steps_fail
check 'S9.10 a PSK file that is absent is named' names_the_file
check 'the server explains its arguments' usage ./echo-server
check 'the client explains its arguments' usage ./echo-client localhost

finish examples
