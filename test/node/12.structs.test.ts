// SPDX-License-Identifier: MIT
//
// Layouts of <linux/quic.h>, checked against what a C compiler says where there is one.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseEvent } from '../../lib/socket/index.js';
import type { Struct } from '../../lib/socket/struct.js';
import * as structs from '../../lib/socket/structs.js';
import { thrown } from './support/pair.js';

const ROOT = path.join(__dirname, '../../..');

/** transportParam.maxStreamsBidi is quic_transport_param.max_streams_bidi. */
function cName(name: string): string {
  return name.replace(/[A-Z]|(?<=[a-z])\d+(?=[a-z])/g, (part) => `_${part.toLowerCase()}`);
}

const TABLE: [string, Struct<Record<string, number>>][] = [
  ['quic_transport_param', structs.transportParam],
  ['quic_config', structs.config],
  ['quic_stream_info', structs.streamInfo],
  ['quic_stream_status', structs.streamStatus],
  ['quic_stream_peeloff', structs.streamPeeloff],
  ['quic_errinfo', structs.errInfo],
  ['quic_event_option', structs.eventOption],
  ['quic_stream_update', structs.streamUpdate],
  ['quic_stream_max_data', structs.streamMaxData],
  ['quic_crypto_secret', structs.cryptoSecret],
  ['quic_connection_id_info', structs.connectionIdInfo],
  ['quic_handshake_info', structs.handshakeInfo],
  ['quic_conn_stats', structs.connStats],
] as unknown as [string, Struct<Record<string, number>>][];

/** A program that prints each structure's bytes with one field set to 1, 2, 3, ... */
function program(): string {
  const lines = ['#include <stdio.h>', '#include <string.h>', '#include <linux/quic.h>'];
  lines.push('int main(void) {');
  for (const [name, struct] of TABLE) {
    lines.push(`  { struct ${name} v; memset(&v, 0, sizeof(v));`);
    Object.keys(struct.decode(new Uint8Array())).forEach((field, i) => {
      lines.push(`    v.${cName(field)} = ${i + 1};`);
    });
    lines.push(
      '    for (size_t i = 0; i < sizeof(v); i++) printf("%02x", ((unsigned char *)&v)[i]);',
    );
    lines.push('    puts(""); }');
  }
  lines.push('  return 0; }');
  return lines.join('\n');
}

test('every structure has the header’s layout', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kquic-structs-'));
  try {
    const source = path.join(folder, 'structs.c');
    const binary = path.join(folder, 'structs');
    fs.writeFileSync(source, program());
    execFileSync('cc', ['-I', path.join(ROOT, 'module/include/uapi'), source, '-o', binary]);
    const lines = execFileSync(binary).toString().trim().split('\n');
    expect(lines).toHaveLength(TABLE.length);
    TABLE.forEach(([name, struct], i) => {
      const fields = Object.keys(struct.decode(new Uint8Array()));
      const values = Object.fromEntries(fields.map((field, k) => [field, k + 1]));
      expect(`${name} ${struct.encode(values).toString('hex')}`).toBe(
        `${name} ${String(lines[i])}`,
      );
      expect(struct.decode(Buffer.from(lines[i] ?? '', 'hex'))).toEqual(values);
    });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test.each([
  ['a number that is too large', { maxStreamsUni: 65_536 }, 'maxStreamsUni', '0 to 65535'],
  ['a negative one', { maxIdleTimeout: -1 }, 'maxIdleTimeout', '0 to 4294967295'],
  ['a fraction', { maxData: 1.5 }, 'maxData', '0 to 18446744073709550000'],
])('%s is refused by the field’s name', (_, values, name, range) => {
  const error = thrown(() => structs.transportParam.encode(values));
  expect(error).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
  expect(error.message).toContain(
    `The "${name}" option is out of range: it must be an integer of ${range}. Received `,
  );
});

test('a peer’s limit of 2^62 survives, though no number is exact there', () => {
  const bytes = structs.transportParam.encode({ maxData: 2 ** 62 });
  expect(structs.transportParam.decode(bytes).maxData).toBe(2 ** 62);
});

test('a close phrase is cut at its NUL and at 63 bytes', () => {
  const bytes = structs.connectionClose.encode({ errcode: 9, phrase: 'x'.repeat(80) });
  expect(bytes).toHaveLength(72);
  expect(structs.connectionClose.decode(bytes)).toEqual({
    errcode: 9,
    frame: 0,
    phrase: 'x'.repeat(63),
  });
});

const close = { errcode: 7, frame: 0, phrase: 'bye' };
const info = { dest: 1, active: 5, priorTo: 3 };

// S4.21: the content follows the byte of the type, unaligned. S4.22: how long it is.
test.each([
  [1, 25, structs.streamUpdate.encode({ id: 4, state: 8, finalsz: 1000 }), 'streamUpdate'],
  [2, 17, structs.streamMaxData.encode({ id: 4, maxData: 2 ** 40 }), 'streamMaxData'],
  [3, 9, Buffer.from(new BigUint64Array([412n]).buffer), 'streamMaxStream'],
  [4, 13, structs.connectionIdInfo.encode(info), 'connectionId'],
  [5, 73, structs.connectionClose.encode(close), 'connectionClose'],
  [6, 2, Buffer.of(1), 'connectionMigration'],
  [7, 2, Buffer.of(1), 'keyUpdate'],
  [8, 4, Buffer.of(1, 2, 3), 'newToken'],
  [9, 4, Buffer.of(1, 2, 3), 'newSessionTicket'],
  [10, 4, Buffer.of(1, 2, 3), 'other'],
])('event %d of %d bytes', (number, length, content, type) => {
  const message = Buffer.concat([Buffer.of(number), content]);
  expect(message).toHaveLength(length);
  const bytes = new Uint8Array([1, 2, 3]);
  const expected: Record<string, object> = {
    streamUpdate: { update: { id: 4, state: 8, errcode: 0, finalsz: 1000 } },
    streamMaxData: { limit: { id: 4, maxData: 2 ** 40 } },
    streamMaxStream: { highestId: 412 },
    connectionId: { info },
    connectionClose: { close },
    connectionMigration: { local: true },
    keyUpdate: { phase: 1 },
    newToken: { token: Buffer.from(bytes) },
    newSessionTicket: { ticket: Buffer.from(bytes) },
    other: { number: 10, content: Buffer.from(bytes) },
  };
  expect(parseEvent(message)).toEqual({ type, ...expected[type] });
});

test('an event that is cut off reads as zeros', () => {
  expect(parseEvent(Buffer.of(4))).toEqual({
    type: 'connectionId',
    info: { dest: 0, active: 0, priorTo: 0 },
  });
  expect(parseEvent(Buffer.alloc(0))).toMatchObject({ type: 'other', number: 0 });
});
