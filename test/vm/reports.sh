# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What in a kernel's log fails a run.

REPORT_PATTERN='Kernel panic|Oops|BUG:|kernel BUG at|WARNING:|general protection fault|Call Trace:'
REPORT_PATTERN+='|Unable to handle|refcount_t:|scheduling while atomic|sleeping function called'
REPORT_PATTERN+='|INFO: (possible|task|rcu|trying|inconsistent)|rcu: INFO|suspicious RCU usage|possible .* locking'
REPORT_PATTERN+='|KASAN|KFENCE|KCSAN|UBSAN|unreferenced object|kmemleak: .* new suspected'
REPORT_PATTERN+='|Attempt to release alive'
REPORT_PATTERN+='|Objects remaining|list_(add|del) corruption|waiting for .* to become free|soft lockup|stack segment'

# kernel_reports FILE: print from the first report on (what precedes "starting" is not ours), false if none. A slab
# cache that is refused its memory shows where that was: no report, because fault injection does that on purpose.
kernel_reports() {
	[[ -s $1 ]] || return 1
	awk -v pattern="$REPORT_PATTERN" '
		/kquic-vm: starting/ { found = lines = 0; delete text; next }
		{ sub(/\r$/, "") }
		/kmem_cache_create[a-z_]*\(.*\) failed with error -12/ { refused = 1 }
		refused { refused = $0 !~ /<\/TASK>/; next }
		!found && $0 ~ pattern { found = 1 }
		found && lines < 150 { text[lines++] = $0 }
		END {
			for (i = 0; i < lines; i++)
				print text[i]
			exit !found
		}' "$1"
}
