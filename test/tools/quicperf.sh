# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# quicperf's modes, and whether what it reports agrees with itself. Part of run.sh.

quicperf server -v "${certificate[@]}" 127.0.0.1 0 2>perf.log &
perf=$!
perf_port=$(listening perf.log "$perf")

# measure CONDITION MODE OPTION...: its report r fulfils the condition, an expression of Python.
measure() {
	quicperf "${@:2}" "${trust[@]}" 127.0.0.1 "$perf_port" >report && holds "$1"
}

# What every report has to fulfil, and the condition.
holds() {
	python3 - "$1" <<-'PYTHON'
		import json, sys
		r = json.load(open("report"))
		near = lambda a, b: abs(a - b) <= 0.001 * max(a, b, 1)
		assert r["seconds"] > 0 and r["cpu_system_seconds"] >= 0 and r["cipher"] == "AES-128-GCM", r
		assert near(r["bits_per_second_sent"] * r["seconds"], 8 * r["bytes_sent"]), r
		assert near(r["bits_per_second_received"] * r["seconds"], 8 * r["bytes_received"]), r
		assert near(r["requests_per_second"] * r["seconds"], r["requests"]), r
		for times in filter(None, (r["request_microseconds"], r["handshake_microseconds"])):
		    ordered = [times[name] for name in ("min", "p50", "p90", "p99", "p99_9", "max")]
		    assert ordered == sorted(ordered) and ordered[0] <= times["mean"] <= ordered[-1], r
		stats = r["connection_statistics"]
		assert eval(sys.argv[1]), r
	PYTHON
}

more_clients_than() {
	[[ $(grep -c 'connection from' perf.log) -gt $1 ]]
}

# download: a client that would go on for long has been at it for a moment.
download() {
	local before
	before=$(grep -c 'connection from' perf.log)
	quicperf download --time 1000 "${trust[@]}" 127.0.0.1 "$perf_port" >report 2>complaint &
	client=$!
	eventually more_clients_than "$before"
	sleep 1
}

# A signal ends a measurement before its time, but not without a report. Again, if that was before the first byte.
interrupted() {
	local try
	for try in {1..5}; do
		download
		kill -"$1" "$client"
		wait "$client" || return
		holds 'r["seconds"] < 900' || return
		holds 'r["bytes_received"] > 0' && return
		printf '# try %s: too early\n' "$try"
	done
	return 1
}

# quiccat speaks the protocol too: 8 bytes that say how many are wanted.
by_hand() {
	printf '\0\0\0\0\0\0\1\2and more' | quiccat --alpn perf "${trust[@]}" 127.0.0.1 "$perf_port" >answer &&
		[[ $(wc -c <answer) -eq 258 ]]
}

too_short() {
	printf abc | complains 'code 1 (8 bytes expected)' quiccat --alpn perf "${trust[@]}" 127.0.0.1 "$perf_port"
}

full_output() {
	complains 'standard output: No space left' quicperf connections --count 1 "${trust[@]}" 127.0.0.1 "$perf_port" \
		>/dev/full
}

wrong_server() {
	quiccat -v -l "${certificate[@]}" --alpn perf 127.0.0.1 0 <random >/dev/null 2>log &
	complains 'is no quicperf server' quicperf requests --count 1 "${trust[@]}" 127.0.0.1 "$(listening log "$!")"
}

# A server ends while a client is busy, which says so.
server_ends() {
	download
	kill -TERM "$perf"
	status 1 wait "$client" && grep -q 'the peer closed the connection' complaint
}

check 'uploads on 2 connections with 3 streams each are counted' measure \
	'r["bytes_sent"] == 6000000 and r["requests"] == 6 and len(stats) == 2 and stats[0]["bytes_sent"] > 3000000' \
	upload --bytes 1M --parallel 2 --streams 3
check 'downloads on 2 connections with 3 streams each are counted' measure \
	'r["bytes_received"] == 6000000 and r["requests"] == 6 and stats[1]["bytes_received"] > 3000000' \
	download --bytes 1M --parallel 2 --streams 3
check 'an upload for a time ends with it, and with what has arrived' measure \
	'r["seconds"] >= 2 and r["bytes_sent"] > 0 and r["requests"] == 1' upload --time 2
check 'a download for a time ends with it' measure \
	'r["seconds"] >= 2 and r["bytes_received"] > 0' download --time 2 --congestion cubic
check 'requests and answers are counted' measure \
	'r["requests"] == 60 and r["bytes_sent"] == 6000 and r["bytes_received"] == 60000 and r["connections"] == 2' \
	requests --count 60 --request-size 100 --response-size 1000 --parallel 2 --streams 5
check '300 requests at once in one connection' measure \
	'r["requests"] == 300' requests --count 300 --streams 300
check 'requests for a time are as many as there was time for' measure \
	'r["seconds"] >= 2 and r["requests"] > 0' requests --time 2
check 'connections are counted, each with its request' measure \
	'r["connections"] == 6 == r["requests"] and r["connections_per_second"] > 0 and not stats' \
	connections --count 6 --parallel 2
check 'the last connection of all has the requests that are left' measure \
	'r["connections"] == 3 and r["requests"] == 5' connections --count 5 --parallel 4 --streams 2
check 'SIGINT ends a measurement, with a report' interrupted INT
check 'SIGTERM ends a measurement, with a report' interrupted TERM
check 'the protocol is 8 bytes that say how many are wanted' by_hand
check 'a client that does not keep to it is told so' too_short
check 'a report that cannot be written is an error' full_output
check 'a server that does not keep to it is an error' wrong_server
check 'a server that ends is an error of its clients' server_ends
wait "$perf"
check 'SIGTERM ends a server with status 0' test "$?" -eq 0
