// SPDX-License-Identifier: MIT
//
// Socket addresses in the form that TypeScript uses: text, port, 4 or 6.
#ifndef KQUIC_ADDON_ADDRESS_H
#define KQUIC_ADDON_ADDRESS_H

#include <node_api.h>
#include <sys/socket.h>

#include <string>

namespace kquic {

// Fills `address` from text such as "192.0.2.1", "2001:db8::1" or "fe80::1%eth0".
// Returns its length, or -EINVAL if the text is no address.
int ParseAddress(const std::string& text, int port, sockaddr_storage* address);

// { address, family: 'IPv4' | 'IPv6', port }, the shape of net.AddressInfo.
napi_value AddressInfo(napi_env env, const sockaddr_storage& address);

}  // namespace kquic

#endif  // KQUIC_ADDON_ADDRESS_H
