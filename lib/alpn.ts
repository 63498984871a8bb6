// SPDX-License-Identifier: MIT
//
// Names of application protocols (RFC 7301), and the kernel's option for them, which is a list with commas.
import type { QuicSocket } from './socket/socket.js';
import { text, valueError } from './validate.js';

/** S6.51 */
const MAX_DISPATCH_LIST = 128;

/** RFC 7301, 3.1: names of 1 to 255 bytes. */
export function alpnList(alpn: unknown): string[] {
  const names: unknown[] = Array.isArray(alpn) ? alpn : [alpn];
  if (names.length === 0) throw valueError('alpn', 'it names no protocol', alpn);
  for (const name of names) {
    const length = Buffer.byteLength(text('alpn', name));
    if (length > 255) throw valueError('alpn', 'a name is longer than 255 bytes', name);
  }
  return names as string[];
}

/** For the kernel, which has commas between names (S6.51). */
export function dispatchList(names: string[]): string[] {
  for (const name of names) {
    if (!/^ |,/.test(name)) continue;
    throw valueError(
      'alpn',
      "reusePort: 'alpn' takes no name with a comma or a space before it",
      name,
    );
  }
  if (Buffer.byteLength(names.join(',')) > MAX_DISPATCH_LIST) {
    throw valueError('alpn', "with reusePort: 'alpn' the names must fit into 128 bytes", names);
  }
  return names;
}

/** For whoever has the connection next: `name`, with what a list cannot hold (S6.51) escaped as in a URL. */
export function keepAlpn(socket: QuicSocket, name: string): void {
  try {
    socket.setAlpn([name.replace(/^ |[,%\0]/g, (special) => encodeURIComponent(special))]);
  } catch {
    // A name that is too long is not known to the next owner.
  }
}

/** What {@link keepAlpn} left there. Empty if that is nothing: a list is that of the listener, not a choice. */
export function keptAlpn(socket: QuicSocket): string {
  const [name = '', ...others] = socket.alpn();
  if (others.length > 0) return '';
  try {
    return decodeURIComponent(name);
  } catch {
    // Somebody else's, who escapes nothing.
    return name;
  }
}
