// SPDX-License-Identifier: MIT

/** Names of TLS alerts (RFC 8446, 6 and B.2; RFC 7301 for the last). */
const NAMES = new Map<number, string>([
  [0, 'close_notify'],
  [10, 'unexpected_message'],
  [20, 'bad_record_mac'],
  [22, 'record_overflow'],
  [40, 'handshake_failure'],
  [42, 'bad_certificate'],
  [43, 'unsupported_certificate'],
  [44, 'certificate_revoked'],
  [45, 'certificate_expired'],
  [46, 'certificate_unknown'],
  [47, 'illegal_parameter'],
  [48, 'unknown_ca'],
  [49, 'access_denied'],
  [50, 'decode_error'],
  [51, 'decrypt_error'],
  [70, 'protocol_version'],
  [71, 'insufficient_security'],
  [80, 'internal_error'],
  [86, 'inappropriate_fallback'],
  [90, 'user_canceled'],
  [109, 'missing_extension'],
  [110, 'unsupported_extension'],
  [112, 'unrecognized_name'],
  [113, 'bad_certificate_status_response'],
  [115, 'unknown_psk_identity'],
  [116, 'certificate_required'],
  [120, 'no_application_protocol'],
]);

/** Alerts that this end raises itself. */
export const Alert = {
  INTERNAL_ERROR: 80,
  MISSING_EXTENSION: 109,
  UNRECOGNIZED_NAME: 112,
} as const;

export function alertName(alert: number): string {
  return NAMES.get(alert) ?? `alert_${alert}`;
}

/** Transport errors 0x100 to 0x1ff carry an alert (RFC 9001, 4.8). */
export function alertOfErrorCode(errorCode: number): string | undefined {
  return errorCode >= 0x100 && errorCode <= 0x1ff ? alertName(errorCode - 0x100) : undefined;
}
