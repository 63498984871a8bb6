# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Wrong command lines and files: which one it is, and why. Part of run.sh.

printf 'no key\n' >garbage
printf 'good:00ff\nbad:0f0\n' >psk
: >empty
trusting=(quiccat --ca server.pem localhost)

closed_output() {
	status 1 "${trusting[@]}" 1 2>complaint >&- && grep -q 'standard output is closed' complaint
}

check 'an unknown option is a usage error' usage "unrecognized option '--nonsense'" quiccat --nonsense localhost 1
check 'an unknown mode is a usage error' usage "mode 'dance'" quicperf dance localhost 1
check 'a closed output is named' closed_output
check 'a missing port is a usage error' usage 'HOST PORT' quiccat localhost
check 'a port that is none is a usage error' usage "port 'http' is not a number from 1 to 65535" "${trusting[@]}" http
check 'a port that is too large is a usage error' usage "port '65536'" "${trusting[@]}" 65536
check 'a server without credentials is a usage error' usage 'a server needs --cert and --key, or --psk' quiccat -l 0
check 'a certificate without its key is a usage error' usage 'go together' quiccat -l --cert server.pem 0
check 'options of the other end are a usage error' usage 'for clients' quiccat -l --psk psk --session x 0
check 'S9.2 protocols that are too long are a usage error' \
	usage "is not 1 to 8 names" "${trusting[@]}" --alpn "$(printf 'x%.0s' {1..64})" 1
check 'an unknown cipher is a usage error' usage "cipher 'ROT13'" "${trusting[@]}" --cipher ROT13 1
check 'an unknown congestion control is a usage error' usage "'warp'" "${trusting[@]}" --congestion warp 1
check 'bytes with an unknown unit are a usage error' usage "--bytes '5X'" quicperf upload --bytes 5X localhost 1
check 'a time that is none is a usage error' usage "time 'soon'" quicperf upload --time soon localhost 1
check 'S9.10 a PSK file that is absent is named' \
	complains 'PSK file absent: No such file' quiccat --psk absent localhost 1
check 'S9.10 a malformed line of a PSK file is named' complains 'PSK file psk, line 2' quiccat --psk psk localhost 1
check 'S9.10 an empty PSK file is named' complains 'PSK file empty is empty' quiccat --psk empty localhost 1
check 'a certificate that is absent is named' \
	complains 'certificate absent: No such file' quiccat -l --cert absent --key server.key 0
check 'a certificate that is none is named' \
	complains 'certificate garbage:' quiccat -l --cert garbage --key server.key 0
check 'a key that is none is named' complains 'private key garbage:' quiccat -l --cert server.pem --key garbage 0
check 'a key of another certificate is named' \
	complains 'private key client.key does not belong to certificate server.pem' \
	quiccat -l --cert server.pem --key client.key 0
check 'an authority that is none is named' complains 'authority garbage' quiccat --ca garbage localhost 1
check 'a host that nobody knows is named' complains 'cannot resolve host.invalid' quiccat --insecure host.invalid 1
check 'S2.13 an address that is not here is named' \
	complains 'listen on 192.0.2.1 port 1' quiccat -l --psk keys 192.0.2.1 1
check 'S9.1 --version prints the version of the library' grep -qx 'quiccat (kquic) [0-9.]*' <(quiccat --version)
check '--help prints the options of both tools' grep -q -e --congestion <(quicperf --help)
