#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Fuzz each target for $TIME seconds, and store as text what a minimal set of inputs with the same coverage is:
# corpus.sh TARGET... Long inputs are left out, and no more are kept than a reviewer can bear.
LENGTH=60
COUNT=120
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$CORPUS"

for target; do
	mkdir "$work/$target"
	cd "$BUILD" || exit 1
	if ! "./fuzz_$target" -max_len=1500 -max_total_time="$TIME" "corpus/$target" >"$work/log" 2>&1 ||
		! "./fuzz_$target" -merge=1 "$work/$target" "corpus/$target" >>"$work/log" 2>&1; then
		cat "$work/log"
		exit 1
	fi
	find "$work/$target" -type f -size -"$((LENGTH + 1))"c | sort | head -n "$COUNT" | while read -r input; do
		od -An -v -tx1 "$input" | tr -d ' \n'
		echo
	done >"$CORPUS/$target.txt"
	echo "$target: $(wc -l <"$CORPUS/$target.txt") inputs"
done
