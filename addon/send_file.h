// SPDX-License-Identifier: MIT
//
// sendfile() from a file to a stream's socket, in libuv's pool, where all work on files is done: it
// may wait for a disk. It does not wait for the network: the socket has to be non-blocking.
#ifndef KQUIC_ADDON_SEND_FILE_H
#define KQUIC_ADDON_SEND_FILE_H

#include <node_api.h>

namespace kquic {

void DefineSendFile(napi_env env, napi_value exports);

}  // namespace kquic

#endif  // KQUIC_ADDON_SEND_FILE_H
