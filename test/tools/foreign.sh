# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# quiccat against other implementations. Part of run.sh.

interop=$root/test/interop

greeted() {
	grep -q 'good evening' heard
}

openssl_client() {
	serve <(printf 'good evening') "${certificate[@]}" --alpn greeting
	: >heard
	(printf 'good morning\n'; eventually greeted) |
		"$interop/peer-openssl" s_client -quic -alpn greeting -CAfile server.pem -verify_return_error \
			-servername localhost -connect "127.0.0.1:$port" >heard 2>&1
	grep -q 'good morning' served && greeted && grep -q 'ALPN protocol: greeting' heard
}

# It closes without having acknowledged the last of it, which quiccat takes for an error.
aioquic_client() {
	head -c 300000 random >file
	serve file "${certificate[@]}" --alpn hq-interop
	"$interop/peer-python" "$interop/aioquic/client.py" 127.0.0.1 "$port" --ca server.pem --out . /fetched &&
		cmp file fetched && grep -q 'GET /fetched' served
}

aioquic_server() {
	mkdir -p files
	head -c 300000 random >files/file
	"$interop/peer-python" "$interop/aioquic/server.py" 4471 --cert server.pem --key server.key --root files \
		>ready &
	server=$!
	until grep -q ready ready; do sleep 0.1; done
	printf 'GET /file\r\n' | quiccat "${trust[@]}" --alpn hq-interop 127.0.0.1 4471 | cmp - files/file
	local result=$?
	kill "$server"
	return "$result"
}

check "OpenSSL's s_client talks with quiccat" openssl_client
check 'a client on aioquic fetches 300 kB from quiccat' aioquic_client
check 'quiccat fetches 300 kB from a server on aioquic' aioquic_server
