/**
 * Decimal text as people type it and as the core takes it. People write the mark of their language, the core a point;
 * nothing here makes a number of it.
 */
import { marksOf } from '$lib/money/money';

const TYPED = /^\d{1,15}(?:[.,]\d{1,12})?$/;

/** The core's decimal text with the decimal mark of `language`. */
export function typedOf(wire: string, language: string): string {
  return wire.replace('.', marksOf(language).decimal);
}

/** What was typed in the form the core takes; text that is no decimal comes back as it was, for the core to refuse. */
export function wireOf(typed: string): string {
  return typed.trim().replace(',', '.');
}

export function isDecimal(typed: string): boolean {
  return TYPED.test(typed.trim());
}

/** True when a decimal is at most `limit` (a whole number), compared digit by digit. */
export function isAtMost(typed: string, limit: bigint): boolean {
  const [whole = '0', fraction = ''] = wireOf(typed).split('.');
  const part = BigInt(whole);
  return part < limit || (part === limit && /^0*$/.test(fraction));
}

export function isZero(typed: string): boolean {
  return /^[0.,]*$/.test(typed.trim());
}
