// SPDX-License-Identifier: MIT
//
// setsockopt() and getsockopt() as plain functions on integer descriptors; results are >= 0 or
// -errno.
#ifndef KQUIC_ADDON_SOCKET_OPTIONS_H
#define KQUIC_ADDON_SOCKET_OPTIONS_H

#include <node_api.h>

namespace kquic {

void DefineSocketOptions(napi_env env, napi_value exports);

}  // namespace kquic

#endif  // KQUIC_ADDON_SOCKET_OPTIONS_H
