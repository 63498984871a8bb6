// SPDX-License-Identifier: MIT
#ifndef KQUIC_ADDON_EXPORTS_H
#define KQUIC_ADDON_EXPORTS_H

#include <node_api.h>

namespace kquic {

inline void DefineFunction(napi_env env, napi_value exports, const char* name,
                           napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

}  // namespace kquic

#endif  // KQUIC_ADDON_EXPORTS_H
