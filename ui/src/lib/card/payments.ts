/** The payments of a sale that are by card. */
import type { CardDto, PaymentDto, SaleDto } from '$lib/backend';

export type CardPayment = PaymentDto & { card: CardDto };

/** Oldest first. */
export function cardPayments(sale: SaleDto | null): CardPayment[] {
  return (sale?.payments ?? []).flatMap((payment) =>
    payment.card === null ? [] : [{ ...payment, card: payment.card }],
  );
}
