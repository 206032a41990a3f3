import type { SaleDto } from '../../src/lib/backend/bindings';
import type { Replies } from '../fixture-backend';
import { eur, payment, sale, settings, totals, transfer } from '../fixtures/sale';
import { liveStatus, status } from '../fixtures/status';

const DONE = { pay: false, cancel: false, cancel_although_seen: false, void: true, receipt: true };

function showing(shown: SaleDto, live = true): Replies {
  return {
    status: () => (live ? liveStatus() : status()),
    sale_get: () => shown,
    settings_get: () => settings(),
    cart_totals: ({ lines }) => totals(lines),
  };
}

const paidSale = (changes: Partial<SaleDto>): SaleDto =>
  sale({ state: 'paid', hand_over: 'yes', safe: true, remaining: eur(0), received: eur(2430), may: DONE, ...changes });

export const cash = showing(
  paidSale({
    final: true,
    payments: [
      payment({
        method: 'cash',
        state: 'paid',
        code: null,
        cash: { to_pay: eur(2430), tendered: eur(5000), change: eur(2570), rounding: eur(0) },
      }),
    ],
  }),
);

export const bitcoin = showing(
  paidSale({
    payments: [
      payment({ state: 'paid', safe_at: { confirmations: 0, mark: null }, transfers: [transfer({ safe: true })] }),
    ],
  }),
  false,
);

export const over = showing(
  paidSale({ state: 'overpaid', over: true, excess: eur(1215), payments: [payment({ state: 'overpaid' })] }),
);
