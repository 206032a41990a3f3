/** The cart outlives a crash or a reload of the page: kept per mode, for this till only. Holds no secret. */
import type { CartLineDto } from '$lib/backend';

export interface KeptCart {
  lines: CartLineDto[];
  note: string;
  /** The sale it was opened as, so that charging it again opens no second one. */
  invoice: string | null;
}

export function keepCart(mode: string, cart: KeptCart): void {
  localStorage.setItem(keyOf(mode), JSON.stringify(cart));
}

export function forgetCart(mode: string): void {
  localStorage.removeItem(keyOf(mode));
}

/** The cart kept for this mode, unless the shop's currency has changed since, or what is kept can't be read. */
export function recallCart(mode: string, currency: string): KeptCart | null {
  const text = localStorage.getItem(keyOf(mode));
  if (text === null) return null;
  try {
    const cart = JSON.parse(text) as KeptCart;
    return cart.lines.every((line) => line.unit_price.currency === currency) ? cart : null;
  } catch {
    return null;
  }
}

function keyOf(mode: string): string {
  return `tillstream.cart.${mode}`;
}
