# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# Sourced by the script beside this one: the modules, keys and certificates, the agent, and what tests assert.

build=${KQUIC_BUILD:?only in the VM: make check-consumer}/module/net/quic
scratch=$(mktemp -d)
count=0 passed=0 failed=0
agent='' mark=0 agent_mark=0 server_status=0 client_status=0

finish() {
	stop_agent
	rm -rf -- "$scratch"
	printf '1..%s\n# suite consumer: %s passed, %s failed\n' "$count" "$passed" "$failed"
	exit "$((failed > 0))"
}

# report NAME ASSERTION [ARGUMENT]...: assertions are functions; what follows one and is none is its argument.
report() {
	local name=$1 wrong='' assertion
	local -a words
	shift
	count=$((count + 1))
	while [[ $# -gt 0 ]]; do
		assertion=$1 words=()
		shift
		while [[ $# -gt 0 && $(type -t "$1") != function ]]; do
			words+=("$1")
			shift
		done
		"$assertion" "${words[@]}" || wrong+="# not so: $assertion ${words[*]}"$'\n'
	done
	if [[ ! $wrong ]]; then
		passed=$((passed + 1))
		printf 'ok %s - %s\n' "$count" "$name"
		return
	fi
	failed=$((failed + 1))
	printf 'not ok %s - %s\n%s' "$count" "$name" "$wrong"
	printf '# server ended with %s, client with %s\n' "$server_status" "$client_status"
	kernel_said | sed 's/^/# /'
	sed 's/^/# /' "$scratch"/{server,client}.error
	agent_said | sed 's/^/# /'
}

# What the modules and the agent have said since the last exchange or load began.
kernel_said() {
	dmesg | grep 'quic_test: ' | tail -n +"$((mark + 1))"
}

agent_said() {
	tail -n +"$((agent_mark + 1))" "$scratch/agent.log"
}

set_marks() {
	mark=$(dmesg | grep -c 'quic_test: ')
	agent_mark=$(wc -l <"$scratch/agent.log")
	server_status=0 client_status=0
	: >"$scratch/server.error"
	: >"$scratch/client.error"
}

both_passed() {
	[[ $server_status == 0 && $client_status == 0 ]]
}

both_failed() {
	[[ $server_status != 0 && $client_status != 0 ]]
}

failed_with() {
	[[ $client_status != 0 ]] && grep -qF "$1" "$scratch/client.error"
}

logged() {
	kernel_said | grep -qF "$1"
}

logged_twice() {
	[[ $(kernel_said | grep -cF "$1") == 2 ]]
}

agent_logged() {
	agent_said | grep -qF "$1"
}

agent_said_twice() {
	[[ $(agent_said | grep -cF "$1") == 2 ]]
}

# until_true COMMAND...: no longer than a minute or two.
until_true() {
	local try
	for try in {1..600}; do
		"$@" && return
		sleep 0.1
	done
	printf '# after %s tries, still not: %s\n' "$try" "$*"
	return 1
}

# insert NAME FILE PARAMETER...: load a module, and remove it if that worked.
insert() {
	local name=$1 file=$2
	shift 2
	insmod "$file" "$@" 2>"$scratch/$name.error" && rmmod "$(basename "$file" .ko)"
}

server_listens() {
	[[ $(wc -l </proc/net/quic/eps) -gt 1 ]]
}

server_is_gone() {
	! server_listens
}

is_gone() {
	! kill -0 "$1" 2>/dev/null
}

# exchange SERVER_PARAMETERS CLIENT_PARAMETERS: both modules, at the same time. Again, if a handshake or a message took
# longer than S10.5 allows: the first one loads ciphers and libraries, and a machine may have others beside it.
exchange() {
	local try
	for try in {1..4}; do
		exchange_once "$@"
		logged 'failed: -110' || return
		printf '# try %s: it took too long\n' "$try"
	done
}

exchange_once() {
	local -a server client
	local pid
	read -ra server <<<"$1"
	read -ra client <<<"$2"
	set_marks
	insert server "$build/quic_sample_test.ko" role=server "${server[@]}" &
	pid=$!
	until_true server_listens
	insert client "$scratch/quic_sample_peer.ko" "${client[@]}" || client_status=$?
	# A client that failed early leaves the server waiting.
	until_true is_gone "$pid" || pkill -P "$pid"
	wait "$pid" || server_status=$?
	until_true server_is_gone
}

# load client PARAMETERS: the client alone.
load() {
	local -a parameters
	read -ra parameters <<<"$2"
	set_marks
	insert "$1" "$scratch/quic_sample_peer.ko" "${parameters[@]}" || client_status=$?
}

stop_agent() {
	[[ $agent ]] || return
	kill -CONT "$agent"
	kill "$agent"
	wait "$agent" 2>/dev/null
	agent=
}

# Generic netlink is number 16; the lower bits of a port are those of the process that opened it.
agent_listens() {
	awk -v pid="$agent" '$2 == 16 && $3 % 4194304 == pid % 4194304 && $4 !~ /^0+$/ { found = 1 }
		END { exit !found }' /proc/net/netlink
}

# start_agent COMMAND...: in place of the one that runs.
start_agent() {
	stop_agent
	"$@" >>"$scratch/agent.log" 2>&1 &
	agent=$!
	until_true agent_listens
}

# make_certificate NAME HOST_NAME: self-signed, so it is also the authority that a client has to trust.
make_certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$2" \
		-addext "subjectAltName=DNS:$2" -keyout "$scratch/$1.key" -out "$scratch/$1.crt" 2>/dev/null
}

# make_config NAME TRUSTED CERTIFICATE: of the agent, in the format of tlshd.conf(5).
make_config() {
	cat >"$scratch/$1.conf" <<-CONF
		[authenticate.client]
		x509.truststore = $scratch/$2.crt
		[authenticate.server]
		x509.certificate = $scratch/$3.crt
		x509.private_key = $scratch/$3.key
	CONF
}

# make_key SECRET: a key of 32 bytes whose identity is "consumer", for whoever runs as root. Prints its number.
make_key() {
	local serial
	serial=$(keyctl add user consumer "$1" "$(keyctl newring "ring$1" @u)")
	keyctl setperm "$serial" 0x3f3f0000
	printf '%s' "$serial"
}

: >"$scratch/agent.log"
# A module cannot be loaded twice. Both names have the same length.
sed 's/quic_sample_test/quic_sample_peer/g' "$build/quic_sample_test.ko" >"$scratch/quic_sample_peer.ko"
if ! grep -q ' handshake_req_submit$' /proc/kallsyms; then
	load client ''
	report 'S10.1 without net/handshake in the kernel the module says so, and EOPNOTSUPP' \
		failed_with 'Operation not supported' logged 'this kernel has no net/handshake'
	finish
fi
make_certificate server server.test
make_certificate other other.test
make_config agent server server
make_config distrusting other server
make_config misnamed other other
key=$(make_key 0123456789abcdef0123456789abcdef)
wrong_key=$(make_key fedcba9876543210fedcba9876543210)
revoked_key=$(make_key 00000000000000000000000000000000)
keyctl revoke "$revoked_key"
