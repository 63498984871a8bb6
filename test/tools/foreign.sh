# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# quiccat against other implementations. Part of run.sh.

interop=$root/test/interop

openssl_client() {
	serve <(printf 'good evening') "${certificate[@]}" --alpn greeting
	(printf 'good morning\n'; sleep 3) | "$interop/peer-openssl" s_client -quic -alpn greeting -CAfile server.pem \
		-verify_return_error -servername localhost -connect "127.0.0.1:$port" >heard 2>&1
	grep -q 'good morning' served && grep -q 'good evening' heard && grep -q 'ALPN protocol: greeting' heard
}

# It closes without having acknowledged the last of it, which quiccat takes for an error.
aioquic_client() {
	serve random "${certificate[@]}" --alpn hq-interop
	"$interop/peer-python" "$interop/aioquic/client.py" 127.0.0.1 "$port" --ca server.pem --out . /fetched &&
		cmp random fetched && grep -q 'GET /fetched' served
}

aioquic_server() {
	mkdir -p files
	head -c 1000000 random >files/file
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
check 'a client on aioquic fetches 9 MB from quiccat' aioquic_client
check 'quiccat fetches 1 MB from a server on aioquic' aioquic_server
