# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# quiccat at both ends: data, its ends, certificates and keys. Part of run.sh.

# serve INPUT OPTION...: a quiccat for one client, with this input; its output goes to served, its messages to log.
serve() {
	: >served
	quiccat -v -l "${@:2}" 127.0.0.1 0 <"$1" >served 2>log &
	server=$!
	port=$(listening log "$server") || cat log
}

# call OPTION...: a client of it that trusts it.
call() {
	quiccat "${trust[@]}" "$@" 127.0.0.1 "$port"
}

# exchange BYTES OPTION...: so much goes each way, and arrives as it is.
exchange() {
	head -c "$1" random >there
	tail -c "$1" random >back
	serve back "${certificate[@]}" "${@:2}"
	call "${@:2}" <there >received && wait "$server" && cmp there served && cmp back received
}

# The server's input begins when the client's has ended and has arrived.
half_close() {
	: >served
	serve <(eventually contains served question && printf answer) "${certificate[@]}"
	[[ $(printf question | call) == answer ]] && wait "$server"
}

slow_reader() {
	serve random "${certificate[@]}"
	call </dev/null | (sleep 1; cat) | cmp - random && wait "$server"
}

# Nobody reads its output, and nothing comes.
unidirectional() {
	serve random "${certificate[@]}"
	call --unidirectional <random | true
	[[ ${PIPESTATUS[0]} -eq 0 ]] && wait "$server" && cmp random served
}

one_after_the_other() {
	serve /dev/null "${certificate[@]}" --keep-listening
	printf 'one ' | call && printf two | call && eventually contains served 'one two'
	local result=$?
	kill "$server"
	return "$result"
}

both_families() {
	: >served
	quiccat -v -l "${certificate[@]}" --keep-listening 0 </dev/null >served 2>log &
	server=$!
	port=$(listening log "$server")
	printf 4 | quiccat "${trust[@]}" -4 localhost "$port" && printf 6 | quiccat "${trust[@]}" -6 ::1 "$port" &&
		eventually contains served 46
	local result=$?
	kill "$server"
	return "$result"
}

# The reader goes away in the middle: both ends say so.
output_closed() {
	serve /dev/zero "${certificate[@]}"
	call </dev/null 2>complaint | head -c 1000 >/dev/null
	[[ ${PIPESTATUS[0]} -eq 1 ]] && grep -q 'standard output: Broken pipe' complaint && status 1 wait "$server" &&
		grep -q 'code 2 (output closed)' log
}

# killed SIGNAL: a client that is has not sent everything, and the server knows.
killed() {
	serve /dev/null "${certificate[@]}"
	quiccat "${trust[@]}" 127.0.0.1 "$port" </dev/zero >/dev/null &
	eventually test -s served
	kill -"$1" "$!"
	status 1 wait "$server" && grep -q 'ended before the data did' log
}

# refused TEXT-HERE TEXT-THERE OPTION... -- SERVER_OPTION...: no handshake, and both ends say why.
refused() {
	local here=$1 there=$2 client=()
	shift 2
	while [[ $1 != -- ]]; do client+=("$1") && shift; done
	serve /dev/null "${@:2}"
	complains "$here" quiccat "${client[@]}" 127.0.0.1 "$port" </dev/null && status 1 wait "$server" &&
		grep -qF -- "$there" log
}

with_psk() {
	printf 'one:00112233445566778899aabbccddeeff\ntwo:ffeeddccbbaa99887766554433221100\n' >keys
	printf 'two:ffeeddccbbaa99887766554433221100\n' >key
	serve /dev/null --psk keys
	printf secret | quiccat --psk key 127.0.0.1 "$port" && wait "$server" && [[ $(<served) == secret ]]
}

with_wrong_psk() {
	printf 'two:00000000000000000000000000000000\n' >wrong
	refused 'refused with the alert' 'Alert sent: ' --psk wrong -- --psk keys
}

with_client_certificate() {
	serve /dev/null "${certificate[@]}" --ca client.pem
	printf hello | call --cert client.pem --key client.key && wait "$server" && [[ $(<served) == hello ]]
}

# The kernel takes the keys of each cipher.
with_cipher() {
	serve /dev/null "${certificate[@]}"
	printf hello | call -v --cipher "$1" 2>connected && wait "$server" && [[ $(<served) == hello ]] &&
		grep -q ", $1" connected
}

check 'nothing goes both ways' exchange 0
check 'one byte goes both ways' exchange 1
check '100 kB go both ways' exchange 100000
check '8 MB go both ways at once' exchange 8000000
check 'S6.47 the same with CUBIC' exchange 1000000 --congestion cubic
check 'the end of the input ends one direction only' half_close
check 'S4.16 a slow reader gets everything' slow_reader
check 'S8.1 a unidirectional stream is only sent on' unidirectional
check 'a server that keeps listening serves one client after the other' one_after_the_other
check 'S2.22 a server without an address serves IPv4 and IPv6' both_families
check 'an output that is closed ends both ends, with the reason' output_closed
check 'S2.38 the server of a client that gets SIGTERM says that not everything came' killed TERM
check 'S2.38 the server of a client that gets SIGKILL says that not everything came' killed KILL
check 'S9.10 a client and a server with a PSK' with_psk
check 'S9.10 a wrong PSK is refused, with an alert' with_wrong_psk
check 'a client with a certificate, where the server asks for one' with_client_certificate
check 'a client without a certificate is refused where the server asks for one' \
	refused 'refused with the alert certificate_required' 'Alert sent: certificate_required' \
	"${trust[@]}" -- "${certificate[@]}" --ca client.pem
check 'F48 a certificate that nobody trusts is refused: both ends name the alert' \
	refused 'Alert sent: unknown_ca' 'refused with the alert unknown_ca' --ca client.pem --verify localhost -- \
	"${certificate[@]}"
check 'F48 a certificate for another name is refused: both ends name the alert' \
	refused 'Alert sent: bad_certificate' 'refused with the alert bad_certificate' --ca server.pem \
	--verify other.test -- "${certificate[@]}"
check 'S9.11 without a common protocol there is no connection: both ends name the alert' \
	refused 'refused with the alert no_application_protocol' 'Alert sent: no_application_protocol' \
	"${trust[@]}" --alpn other -- "${certificate[@]}"
for cipher in AES-128-GCM AES-256-GCM CHACHA20-POLY1305 AES-128-CCM; do
	check "S5.12 data goes over a connection with $cipher" with_cipher "$cipher"
done
check 'S2.52 a server that is not there is an error after the timeout' \
	complains 'no answer within 0.5 seconds' quiccat --insecure --timeout 0.5 127.0.0.1 9
