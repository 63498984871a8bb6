#!/bin/bash
# SPDX-License-Identifier: MIT
# In the VM, where quic.ko is loaded: QUIC sockets inside the kernel whose handshake an agent in user space does.
#
#   quic_sample_test.ko, a server      quic_sample_peer.ko, a client: the same module under another name
#          |       \____________ lo ____________/       |
#          |                                            |
#   net/handshake --- netlink, descriptors --- agent/, the handshake agent
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=harness.sh
. "${BASH_SOURCE[0]%/*}/harness.sh"

program=${BASH_SOURCE[0]%/*}/build/agent
tlshd=${BASH_SOURCE[0]%/*}/../interop/peer-tlshd

start_agent "$program" -c "$scratch/agent.conf"

exchange '' ''
report 'S10.5 S5.41 a client and a server in the kernel exchange messages, with a certificate' \
	both_passed logged "received \"hello from the kernel's client\" on stream 2" \
	logged "received \"hello from the kernel's server\" on stream 1"

exchange 'alpn=sample' 'alpn=other,sample'
report 'S5.42 the agent takes the protocols from the socket and leaves there the one agreed on' \
	both_passed logged_twice 'the protocol is "sample"'

exchange "psk=$key" "psk=$key"
report 'S10.5 S5.41 the same with a pre-shared key' both_passed

exchange "psk=$key" "psk=$wrong_key"
report 'S10.5 a client with the wrong pre-shared key fails' both_failed

exchange 'alpn=ticket' 'alpn=ticket'
report 'S10.5 S5.42 a client in the kernel resumes its session and sends early data' \
	both_passed agent_said_twice 'resumed session with early data' \
	logged 'received "early hello from the kernel'

exchange "alpn=ticket psk=$key" "alpn=ticket psk=$key"
report 'S10.5 S5.42 it does so after a handshake with a pre-shared key, too' \
	both_passed agent_said_twice 'resumed session'

exchange 'ip=::1 port=4321' 'ip=::1 port=4321'
report 'S10.5 ip and port choose the address' both_passed

exchange 'dev=lo' 'dev=lo'
report 'S10.5 dev chooses the device' both_passed

load client 'dev=nothing0'
report 'S10.5 an unknown device is ENODEV' failed_with 'No such device'

load client 'role=nobody'
report 'S10.5 an unknown role is EINVAL' failed_with 'Invalid parameters' logged 'neither client nor server'

load client 'ip=server.test'
report 'S10.5 a name in place of an address is EINVAL' failed_with 'Invalid parameters' \
	logged 'is no IP address'

load client "psk=$revoked_key"
report 'S10.5 a key that cannot be read is ENOKEY' failed_with 'Required key not available'

load client ''
report 'S10.5 S5.41 a server that does not answer is ETIMEDOUT, from the agent' failed_with 'Connection timed out'

start_agent "$program" -c "$scratch/distrusting.conf"
exchange '' ''
report 'S10.5 a certificate of an unknown authority is EACCES' both_failed failed_with 'Permission denied'

start_agent "$program" -c "$scratch/misnamed.conf"
exchange '' ''
report 'S10.5 a certificate that does not name server.test is EACCES' both_failed failed_with 'Permission denied'

kill -STOP "$agent"
load client ''
report 'S10.5 an agent that does nothing is ETIMEDOUT' failed_with 'Connection timed out'

start_agent "$tlshd" --stderr --config "$scratch/agent.conf"
load client ''
report "S5.41 Debian's tlshd, which is built without QUIC, takes the socket, and its error comes back" \
	failed_with 'Operation not supported' agent_logged "Handshake with 'server.test' (127.0.0.1) failed"

stop_agent
load client ''
# ESRCH, in insmod's words.
report 'S10.5 without an agent the handshake is ESRCH' failed_with 'wrong symbol version' \
	logged 'no handshake agent runs'

finish
