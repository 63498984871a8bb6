// SPDX-License-Identifier: MIT
//
// A C structure as a table of its fields: names, offsets and types as in <linux/quic.h>. Integers
// are in the machine's byte order; 64-bit ones must stay below 2^53 to be exact.
import { endianness } from 'node:os';
import { integer } from '../validate.js';

const LITTLE = endianness() === 'LE';

type FieldType = 'u8' | 'u16' | 'u32' | 'u64' | 's64';
export type Layout<T> = { readonly [K in keyof T]: readonly [offset: number, type: FieldType] };

/** What is not exact as a number any more can still be meant: a peer's limits go up to 2^62 (RFC 9000, 4). */
const RANGES: Record<FieldType, readonly [min: number, max: number]> = {
  u8: [0, 0xff],
  u16: [0, 0xffff],
  u32: [0, 0xffff_ffff],
  u64: [0, 2 ** 64 - 2 ** 11],
  s64: [-(2 ** 63), 2 ** 63 - 2 ** 10],
};

function write(view: DataView, offset: number, type: FieldType, value: number): void {
  switch (type) {
    case 'u8':
      view.setUint8(offset, value);
      break;
    case 'u16':
      view.setUint16(offset, value, LITTLE);
      break;
    case 'u32':
      view.setUint32(offset, value, LITTLE);
      break;
    case 'u64':
      view.setBigUint64(offset, BigInt(value), LITTLE);
      break;
    case 's64':
      view.setBigInt64(offset, BigInt(value), LITTLE);
      break;
  }
}

function read(view: DataView, offset: number, type: FieldType): number {
  switch (type) {
    case 'u8':
      return view.getUint8(offset);
    case 'u16':
      return view.getUint16(offset, LITTLE);
    case 'u32':
      return view.getUint32(offset, LITTLE);
    case 'u64':
      return Number(view.getBigUint64(offset, LITTLE));
    case 's64':
      return Number(view.getBigInt64(offset, LITTLE));
  }
}

/** `T` has one number for each field. */
export class Struct<T extends Record<keyof T, number>> {
  constructor(
    readonly size: number,
    private readonly layout: Layout<T>,
  ) {}

  /** Fields that are missing are zero. Throws ERR_OUT_OF_RANGE, or ERR_INVALID_ARG_TYPE, with the field's name. */
  encode(values: Partial<T>): Buffer {
    const bytes = Buffer.alloc(this.size);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const name of Object.keys(this.layout) as (keyof T)[]) {
      const [offset, type] = this.layout[name];
      write(view, offset, type, integer(String(name), values[name], 0, RANGES[type]));
    }
    return bytes;
  }

  /** Fields beyond the end of `bytes`, which an older kernel does not know, are zero. */
  decode(bytes: Uint8Array): T {
    const whole = new Uint8Array(this.size);
    whole.set(bytes.subarray(0, this.size));
    const view = new DataView(whole.buffer);
    const values = {} as Record<keyof T, number>;
    for (const name of Object.keys(this.layout) as (keyof T)[]) {
      const [offset, type] = this.layout[name];
      values[name] = read(view, offset, type);
    }
    return values as T;
  }
}
