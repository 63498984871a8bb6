// SPDX-License-Identifier: MIT
import { X509Certificate } from 'node:crypto';
import type { HandshakeResult } from '../native.js';

/** What a handshake has found out about the other end. */
export interface PeerInfo {
  alpn: string;
  cipher: string;
  servername: string | undefined;
  authorized: boolean;
  sessionReused: boolean;
  earlyDataAccepted: boolean;
  peerCertificate: X509Certificate | undefined;
}

export function peerInfo(result: HandshakeResult): PeerInfo {
  const { alpn, cipher, servername, authorized, peerCertificate } = result;
  return {
    alpn,
    cipher,
    servername: servername === '' ? undefined : servername,
    authorized,
    sessionReused: result.resumed,
    earlyDataAccepted: result.earlyData,
    peerCertificate:
      peerCertificate === undefined ? undefined : new X509Certificate(peerCertificate),
  };
}
