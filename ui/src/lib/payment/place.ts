/** Where the money of a sale is followed. */
import type { PaymentDto, SaleDto } from '$lib/backend';
import type { RouteName } from '$lib/shell/router.svelte';

/** The screen that a sale belongs on now: the newest payment that is not over decides, else what may still be done. */
export function placeOf(sale: SaleDto): RouteName {
  if (sale.hand_over === 'yes') return 'paid';
  const live = sale.payments.findLast((payment) => isFollowed(sale, payment));
  if (live !== undefined) return live.card === null ? 'payment' : 'card';
  return sale.may.pay ? 'charge' : 'sales';
}

/** There is something to see of it. A card that took its part is done with, while the rest is to pay another way. */
function isFollowed({ may, state }: SaleDto, { cancelled, card, code }: PaymentDto): boolean {
  if (card === null) return !cancelled && code !== null;
  const isDone = card.step === 'taken' && may.pay && state !== 'reversed';
  return !cancelled && !isDone;
}
