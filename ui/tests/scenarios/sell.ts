import type { Replies } from '../fixture-backend';
import { LINES, settings, totals } from '../fixtures/sale';
import { keepCart } from '../../src/lib/sell/memory';
import { liveStatus } from '../fixtures/status';

const answers: Replies = {
  settings_get: () => settings(),
  cart_totals: ({ lines }) => totals(lines),
  amount_read: () => ({ minor: '450', currency: 'EUR', scale: 2 }),
};

export const empty: Replies = answers;

export const cart: Replies = {
  ...answers,
  status: () => {
    if (localStorage.getItem('tillstream.cart.live') === null) {
      keepCart('live', { lines: LINES, note: 'table 4', invoice: null });
    }
    return liveStatus({ strays_open: 2 });
  },
};

export const added: Replies = {
  ...cart,
  cart_totals: ({ lines }) => ({ ...totals(lines), tax_included: false }),
};
