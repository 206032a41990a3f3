/** Ids made by the screen, once per intent, so that a repeated press opens one sale, takes cash once and gives back once. */

/** `inv_` and a UUIDv7 in 32 lower-case hex digits. */
export function newInvoiceId(): string {
  return `inv_${uuidV7()}`;
}

/** `pay_` and a UUIDv7 in 32 lower-case hex digits. */
export function newPaymentId(): string {
  return `pay_${uuidV7()}`;
}

/** `ref_` and a UUIDv7 in 32 lower-case hex digits. */
export function newRefundId(): string {
  return `ref_${uuidV7()}`;
}

/** `page_` and a UUIDv7 in 32 lower-case hex digits. */
export function newPageId(): string {
  return `page_${uuidV7()}`;
}

/** RFC 9562, section 5.7: 48 bits of milliseconds, version 7, variant 10, the rest random. */
export function uuidV7(now = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const time = now.toString(16).padStart(12, '0');
  const variant = (8 + ((bytes[2] ?? 0) % 4)).toString(16);
  return `${time}7${hex.slice(0, 3)}${variant}${hex.slice(5)}`;
}
