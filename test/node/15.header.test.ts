// SPDX-License-Identifier: MIT
//
// kquic/socket has everything that <linux/quic.h> has: the header is read, and a C compiler says its
// numbers.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as raw from '../../lib/socket/index.js';
import { QuicSocket, parseEvent, structs } from '../../lib/socket/index.js';

const UAPI = path.join(__dirname, '../../../module/include/uapi');
const HEADER = fs.readFileSync(path.join(UAPI, 'linux/quic.h'), 'utf8');

/** Names of the header by their prefix, and where TypeScript has them. */
const TABLES: [prefix: string, table: Record<string, number>, ours?: string][] = [
  ['QUIC_SOCKOPT_', raw.SockOpt],
  ['QUIC_EVENT_', raw.EventType],
  ['MSG_QUIC_', raw.MsgFlag],
  ['QUIC_CRYPTO_', raw.CryptoLevel],
  ['QUIC_STREAM_SEND_STATE_', raw.StreamState, 'SEND_'],
  ['QUIC_STREAM_RECV_STATE_', raw.StreamState, 'RECV_'],
  ['QUIC_TRANSPORT_ERROR_', raw.TransportError],
  ['QUIC_CONG_ALG_', raw.CongestionAlgorithm],
  ['QUIC_VERSION_', raw.QuicVersion],
  ['QUIC_STREAM_INFO', { '': raw.CmsgType.STREAM_INFO }],
  ['QUIC_HANDSHAKE_INFO', { '': raw.CmsgType.HANDSHAKE_INFO }],
  ['IPPROTO_QUIC', { '': raw.IPPROTO_QUIC }],
  ['SOL_QUIC', { '': raw.SOL_QUIC }],
  ['QUIC_STREAM_PEELOFF_', { RDONLY: raw.STREAM_PEELOFF_RDONLY }],
  ['QUIC_STREAM_TYPE_', { SERVER_MASK: raw.STREAM_SERVER, UNI_MASK: raw.STREAM_UNI }],
];
/** How many there are, and sizes that the codecs know. */
const NO_CONSTANT = /_MAX$|_BUFFER_SIZE$|^QUIC_STREAM_TYPE_MASK$/;

function names(): string[] {
  const defined = HEADER.matchAll(/^#define (QUIC_\w+|IPPROTO_QUIC|SOL_QUIC)\s+\S/gm);
  const enumerated = HEADER.matchAll(/^\t((?:MSG_)?QUIC_[A-Z0-9_]+)(?:\s*=[^,]*)?,/gm);
  return [...new Set([...defined, ...enumerated].map(([, name]) => name ?? ''))];
}

function inC(expressions: string[]): number[] {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kquic-header-'));
  try {
    const source = path.join(folder, 'header.c');
    const lines = expressions.map((one) => `  printf("%lld\\n", (long long)${one});`);
    fs.writeFileSync(
      source,
      `#include <stdio.h>\n#include <linux/quic.h>\nint main(void) {\n${lines.join('\n')}\n}\n`,
    );
    execFileSync('cc', ['-I', UAPI, '-w', source, '-o', path.join(folder, 'header')]);
    const output = execFileSync(path.join(folder, 'header')).toString().trim().split('\n');
    return output.map(Number);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

test('every number of the header is a constant of the same value', () => {
  const all = names().filter((name) => !NO_CONSTANT.test(name));
  expect(all.length).toBeGreaterThan(70);
  const values = inC(all);
  const ours = all.map((name): [string, number | undefined] => {
    const row = TABLES.find(([prefix]) => name.startsWith(prefix));
    if (row === undefined) return [name, undefined];
    const [prefix, table, insert = ''] = row;
    return [name, table[insert + name.slice(prefix.length)]];
  });
  expect(ours).toEqual(all.map((name, i) => [name, values[i]]));
});

/** The methods that make up an option's binding. */
const BINDINGS: Record<string, { get?: keyof QuicSocket; set?: keyof QuicSocket }> = {
  EVENT: { get: 'event', set: 'setEvent' },
  STREAM_OPEN: { get: 'openStream' },
  STREAM_RESET: { set: 'resetStream' },
  STREAM_STOP_SENDING: { set: 'stopSending' },
  CONNECTION_ID: { get: 'connectionId', set: 'setConnectionId' },
  CONNECTION_CLOSE: { get: 'connectionClose', set: 'setConnectionClose' },
  CONNECTION_MIGRATION: { set: 'migrate' },
  KEY_UPDATE: { set: 'updateKey' },
  TRANSPORT_PARAM: { get: 'transportParam', set: 'setTransportParam' },
  CONFIG: { get: 'config', set: 'setConfig' },
  TOKEN: { get: 'token', set: 'setToken' },
  ALPN: { get: 'alpn', set: 'setAlpn' },
  SESSION_TICKET: { get: 'sessionTicket', set: 'setSessionTicket' },
  CRYPTO_SECRET: { set: 'setCryptoSecret' },
  TRANSPORT_PARAM_EXT: { get: 'transportParamExt', set: 'setTransportParamExt' },
  STREAM_PEELOFF: { get: 'peelOff' },
  CONN_STATS: { get: 'stats' },
  STREAM_STATUS: { get: 'streamStatus' },
};

test('every socket option has typed methods for the directions it has', () => {
  const options = [
    ...HEADER.matchAll(/^#define QUIC_SOCKOPT_(\w+)\s+\d+\s+\/\* (get|set|get, set):/gm),
  ];
  expect(options).toHaveLength(Object.keys(raw.SockOpt).length);
  for (const [, name = '', directions = ''] of options) {
    const binding = BINDINGS[name] ?? {};
    expect([name, Object.keys(binding).join(', ')]).toEqual([name, directions]);
    for (const method of Object.values(binding)) {
      expect(typeof QuicSocket.prototype[method]).toBe('function');
    }
  }
});

test('every event is parsed', () => {
  for (const [name, number] of Object.entries(raw.EventType)) {
    const { type } = parseEvent(Buffer.concat([Buffer.of(number), Buffer.alloc(72)]));
    expect([name, type]).not.toEqual([name, name === 'NONE' ? '' : 'other']);
  }
});

test('every structure of the header has a codec of its size', () => {
  const all = [...HEADER.matchAll(/^struct (quic_\w+) \{$/gm)].map(([, name]) => name ?? '');
  expect(all.length).toBeGreaterThan(10);
  const sizes = inC(all.map((name) => `sizeof(struct ${name})`));
  const codecs = structs as unknown as Record<string, { size: number } | undefined>;
  const ours = all.map((name) => {
    const camel = name.slice('quic_'.length).replace(/_(\w)/g, (_, c: string) => c.toUpperCase());
    return [name, codecs[name === 'quic_errinfo' ? 'errInfo' : camel]?.size];
  });
  expect(ours).toEqual(all.map((name, i) => [name, sizes[i]]));
});
