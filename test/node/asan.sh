#!/bin/bash
# SPDX-License-Identifier: MIT
# A command with the addon that `npm run build:addon:asan` makes, where the module is loaded; only inside the VM, whose
# tree is thrown away: test/vm/run -- test/node/asan.sh node_modules/.bin/jest ...
#
# What the sanitizers report goes to files, because the process may be a child whose end a test expects, and fails the
# run. Leaks are not looked for: a process that ends gives nothing back, and census() counts what tests leave.
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit 1

reports=$(mktemp -d)
mkdir -p build/Release
cp build/asan/Debug/kquic.node build/Release/kquic.node || exit 1
options=log_path=$reports/report:abort_on_error=1
export ASAN_OPTIONS=$options:detect_leaks=0:quarantine_size_mb=16:malloc_context_size=8
export UBSAN_OPTIONS=$options:print_stacktrace=1
# Node itself is not instrumented, so the runtime has to be there before the addon.
LD_PRELOAD=$(gcc -print-file-name=libasan.so) "$@"
status=$?
for report in "$reports"/*; do
	[[ -e $report ]] || continue
	cat -- "$report"
	status=1
done
exit "$status"
