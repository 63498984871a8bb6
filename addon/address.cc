// SPDX-License-Identifier: MIT
#include "address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <uv.h>

#include <cerrno>
#include <cstring>

#include "args.h"

namespace kquic {

int ParseAddress(const std::string& text, int port, sockaddr_storage* address) {
  memset(address, 0, sizeof(*address));
  if (port < 0 || port > 65535) return -EINVAL;
  if (text.find(':') == std::string::npos) {
    if (uv_ip4_addr(text.c_str(), port, reinterpret_cast<sockaddr_in*>(address)) != 0)
      return -EINVAL;
    return sizeof(sockaddr_in);
  }
  // Understands "%interface" as well.
  if (uv_ip6_addr(text.c_str(), port, reinterpret_cast<sockaddr_in6*>(address)) != 0)
    return -EINVAL;
  return sizeof(sockaddr_in6);
}

napi_value AddressInfo(napi_env env, const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE] = "";
  const char* family = "IPv4";
  int port = 0;

  if (address.ss_family == AF_INET6) {
    const auto& in6 = reinterpret_cast<const sockaddr_in6&>(address);
    family = "IPv6";
    port = ntohs(in6.sin6_port);
    inet_ntop(AF_INET6, &in6.sin6_addr, text, INET6_ADDRSTRLEN);
    char name[IF_NAMESIZE];
    if (in6.sin6_scope_id != 0 && if_indextoname(in6.sin6_scope_id, name) != nullptr) {
      strcat(text, "%");
      strcat(text, name);
    }
  } else {
    const auto& in = reinterpret_cast<const sockaddr_in&>(address);
    port = ntohs(in.sin_port);
    inet_ntop(AF_INET, &in.sin_addr, text, INET_ADDRSTRLEN);
  }

  napi_value result = nullptr, value = nullptr;
  napi_create_object(env, &result);
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  napi_set_named_property(env, result, "address", value);
  napi_create_string_utf8(env, family, NAPI_AUTO_LENGTH, &value);
  napi_set_named_property(env, result, "family", value);
  napi_set_named_property(env, result, "port", Number(env, port));
  return result;
}

}  // namespace kquic
