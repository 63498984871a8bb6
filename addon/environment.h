// SPDX-License-Identifier: MIT
//
// Environment: what the addon keeps for each environment (the main thread, each worker thread), as
// its instance data.
#ifndef KQUIC_ADDON_ENVIRONMENT_H
#define KQUIC_ADDON_ENVIRONMENT_H

#include <napi.h>

#include "completions.h"
#include "descriptors.h"

namespace kquic {

struct Environment {
  explicit Environment(Napi::Env env) : completions(env) {}

  static Environment& Of(napi_env env) {
    void* data = nullptr;
    napi_get_instance_data(env, &data);
    return *static_cast<Environment*>(data);
  }

  Completions completions;
  Descriptors descriptors;
};

}  // namespace kquic

#endif  // KQUIC_ADDON_ENVIRONMENT_H
