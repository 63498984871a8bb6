// SPDX-License-Identifier: MIT
import { types } from 'node:util';
import { typeError } from './validate.js';

/** Text is sent as UTF-8. */
export type Bytes = string | ArrayBufferView | ArrayBuffer;

/** The same memory as a Buffer, without a copy except for text. */
export function toBuffer(name: string, value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.from(value);
  if (Buffer.isBuffer(value)) return value;
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  // Not instanceof: it may come from another realm, for example a vm's.
  if (types.isArrayBuffer(value)) return Buffer.from(value);
  throw typeError(name, 'a string, an ArrayBuffer or a view of one', value);
}
