// SPDX-License-Identifier: MIT
//
// sendmsg and recvmsg with their control messages, one message a call, and the batch that the
// connection reads with: many messages into one slab, described by one array of numbers.
#ifndef KQUIC_ADDON_MESSAGE_H
#define KQUIC_ADDON_MESSAGE_H

#include <node_api.h>

namespace kquic {

void DefineMessages(napi_env env, napi_value exports);

}  // namespace kquic

#endif  // KQUIC_ADDON_MESSAGE_H
