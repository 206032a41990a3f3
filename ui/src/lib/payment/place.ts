/** Where the money of a sale is followed. */
import type { SaleDto } from '$lib/backend';
import type { RouteName } from '$lib/shell/router.svelte';

/** The screen that a sale belongs on now: the newest payment that is not over decides, else what may still be done. */
export function placeOf(sale: SaleDto): RouteName {
  if (sale.hand_over === 'yes') return 'paid';
  const live = sale.payments.findLast(({ cancelled, card, code }) => !cancelled && (card !== null || code !== null));
  if (live !== undefined) return live.card === null ? 'payment' : 'card';
  return sale.may.pay ? 'charge' : 'sales';
}
