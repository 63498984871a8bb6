// SPDX-License-Identifier: MIT
//
// The socket system calls as plain functions on integer descriptors. Each returns a value >= 0 or
// -errno; objects and errors are made in TypeScript.
#ifndef KQUIC_ADDON_SYSCALLS_H
#define KQUIC_ADDON_SYSCALLS_H

#include <node_api.h>

namespace kquic {

void DefineSyscalls(napi_env env, napi_value exports);

}  // namespace kquic

#endif  // KQUIC_ADDON_SYSCALLS_H
