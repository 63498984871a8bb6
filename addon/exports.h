// SPDX-License-Identifier: MIT
#ifndef KQUIC_ADDON_EXPORTS_H
#define KQUIC_ADDON_EXPORTS_H

#include <napi.h>

namespace kquic {

// Throws where Node refuses: the environment is ending.
inline void DefineFunction(napi_env env, napi_value exports, const char* name,
                           napi_callback callback) {
  napi_value function = nullptr;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function) != napi_ok ||
      napi_set_named_property(env, exports, name, function) != napi_ok)
    throw Napi::Error::New(env);
}

}  // namespace kquic

#endif  // KQUIC_ADDON_EXPORTS_H
