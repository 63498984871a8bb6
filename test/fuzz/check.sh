#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A short fuzz run with a fixed seed, from seeds and the stored corpus: check.sh TARGET:RUNS...
# What a run finds is not kept, so that the next one does the same.
passed=0
failed=0
seeds=$(mktemp -d)
out=$(mktemp)
trap 'rm -rf "$seeds" "$out"' EXIT

"$BUILD/seeds" "$seeds" "$CORPUS"/*.txt || exit 1

for job; do
	target=${job%:*}
	runs=${job#*:}
	if (cd "$BUILD" && "./fuzz_$target" -seed=1 -runs="$runs" -max_len=1500 -timeout=10 \
		"$seeds/$target") >"$out" 2>&1; then
		echo "ok - $target: $runs inputs"
		passed=$((passed + 1))
	else
		cat "$out"
		echo "not ok - $target"
		failed=$((failed + 1))
	fi
done

echo "# suite fuzz: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
