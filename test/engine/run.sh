#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run test programs that print TAP and add up: run.sh SUITE PROGRAM...
# The last line is "# suite SUITE: P passed, F failed"; exit status 1 unless F is 0 and P is not.
suite=$1
shift
passed=0
failed=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT

for program; do
	echo "# $(basename "$program")"
	"$program" >"$out" 2>&1
	status=$?
	cat "$out"
	ok=$(grep -c '^ok ' "$out")
	bad=$(grep -c '^not ok ' "$out")
	# It crashed, or a sanitizer ended it, or it never came to its plan.
	if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || ! grep -q "^1\.\.$ok\$" "$out"; }; then
		echo "not ok - $(basename "$program") ended early (status $status)"
		bad=1
	fi
	passed=$((passed + ok))
	failed=$((failed + bad))
done

echo "# suite $suite: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
