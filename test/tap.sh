# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Tests in shell print TAP: check NAME COMMAND..., refuse NAME TEXT COMMAND..., and finish SUITE at the end.

passed=0 failed=0

# result NAME STATUS OUTPUT
result() {
	local verdict=ok
	if [[ $2 -eq 0 ]]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		verdict='not ok'
	fi
	printf '%s %s - %s\n' "$verdict" "$((passed + failed))" "$1"
	[[ $2 -eq 0 ]] || printf '# %s\n' "${3//$'\n'/$'\n# '}"
}

# check NAME COMMAND...: the command succeeds.
check() {
	local output status=0
	output=$("${@:2}" 2>&1) || status=$?
	result "$1" "$status" "$output"
}

# refuse NAME TEXT COMMAND...: the command fails and says so in these words.
refuse() {
	local output status=0
	output=$("${@:3}" 2>&1) && status=1
	[[ $output == *"$2"* ]] || status=1
	result "$1" "$status" "$output"
}

# finish SUITE: the count, and the suite's status.
finish() {
	printf '1..%s\n# suite %s: %s passed, %s failed\n' "$((passed + failed))" "$1" "$passed" "$failed"
	[[ $failed -eq 0 && $passed -gt 0 ]]
}
