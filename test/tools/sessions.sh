# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# quiccat --session: tickets and 0-RTT. Part of run.sh.

# A server for all of these: tickets are for one listener (S5.33).
quiccat -v -l -k "${certificate[@]}" --early-data 127.0.0.1 0 </dev/null >sessions.out 2>sessions.log &
sessions=$!
sessions_port=$(listening sessions.log "$sessions")

# visit TEXT OPTION...: a client of it that sends the text; what it says goes to visited.
visit() {
	printf '%s\n' "$1" | quiccat -v "${trust[@]}" "${@:2}" 127.0.0.1 "$sessions_port" 2>visited &&
		eventually grep -qx -- "$1" sessions.out
}

resumes() {
	visit first --session session && ! grep -q resumed visited && [[ $(stat -c %a session) == 600 ]] &&
		visit second --session session && grep -q resumed visited
}

early() {
	visit third --session session --early-data && grep -q 'early data accepted' visited
}

early_without_session() {
	rm -f fresh
	visit fourth --session fresh --early-data && ! grep -q early visited && [[ -s fresh ]]
}

# A name that was not verified then is not verified by resuming now.
other_name() {
	cp session other
	sed -i 's/^server .*/server other.test/' other
	visit fifth --session other && grep -q 'not used' visited && ! grep -q resumed visited
}

insecure_then_secure() {
	rm -f careless
	printf 'sixth\n' | quiccat --insecure --session careless 127.0.0.1 "$sessions_port" &&
		visit seventh --session careless && ! grep -q resumed visited
}

# damaged TEXT EXPRESSION: what quiccat says of a good file that sed has changed.
damaged() {
	sed "$2" session >damaged
	complains "$1" quiccat "${trust[@]}" --session damaged 127.0.0.1 "$sessions_port" </dev/null
}

check 'S9.14 the second connection resumes the session of the first' resumes
check 'S3.27 the first input is sent as early data' early
check 'S3.27 without a session there is no early data' early_without_session
check 'S9.14 a session of another name is not resumed' other_name
check 'S9.14 a session that was not verified does not replace verification' insecure_then_secure
check 'S9.14 a session file that is none is refused, with its line' damaged 'damaged, line 1' '1s/.*/hello/'
check 'S9.14 a session file with digits that are none is refused, with its line' \
	damaged 'damaged, line 6' '6s/$/xyz/'
check 'S9.14 a session file without a session is refused' damaged 'damaged is incomplete' '/^session/d'
check 'S9.14 a session whose data is damaged is refused' \
	damaged 'damaged cannot be used' 's/^session ..../session 0000/'
check 'S9.14 a session file that cannot be written is an error' \
	complains 'absent/file' quiccat "${trust[@]}" --session absent/file 127.0.0.1 "$sessions_port" </dev/null
kill "$sessions"
