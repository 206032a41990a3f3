import type { PayoutDto, PayoutsRequest, StatusDto } from '../../src/lib/backend/bindings';
import type { Replies } from '../fixture-backend';
import { payout, payoutLine } from '../fixtures/payouts';
import { eur } from '../fixtures/sale';
import { liveStatus, status } from '../fixtures/status';

const PAID_OUT = {
  entry: 412,
  event: 388,
  at: '2026-11-20T06:00:00Z',
  kind: 'paid_out',
  subject: 'pyo_019a1b2c3d4e7abc8def000000000002',
  sale_number: null,
  reverses: null,
  rate: '',
  postings: [
    { account: 'bank', amount: eur(2565) },
    { account: 'card-clearing', amount: eur(-2565) },
  ],
};

const HEARD = {
  event: 388,
  at: '2026-11-20T06:00:00Z',
  kind: 'payout_read',
  facts: [
    { name: 'reference', value: 'po_1QXyz2' },
    { name: 'status', value: 'paid' },
    { name: 'amount', value: '25.65 EUR' },
  ],
  source: 'rail-stripe',
  hash: 'ab12cd34'.repeat(8),
  entries: [412],
};

function books(payouts: PayoutDto[], told: StatusDto = liveStatus()): Replies {
  return {
    status: () => told,
    payouts: ({ after, limit }: PayoutsRequest) => {
      const from = payouts.findIndex(({ facts }) => facts.payout === after) + 1;
      const rows = payouts.slice(from, from + limit).map(({ facts }) => facts);
      return { rows, more: from + limit < payouts.length };
    },
    payout_get: (request) => payouts.find(({ facts }) => facts.payout === request.payout) ?? payout(1),
  };
}

const whole = { ...payout(2), history: [HEARD], entries: [PAID_OUT] };
const under_way = payout(3, {
  state: 'in_transit',
  arrives_at: '2026-11-23T00:00:00Z',
  amount: eur(128_417),
  parts: 61,
});
const back = payout(1, { state: 'failed', arrives_at: '2026-11-16T00:00:00Z' });

export const some: Replies = books([whole, under_way, back]);

/** A cent is missing, and it is told in the navigation. */
export const short: Replies = books(
  [payout(4, { amount: eur(2564), difference: eur(-1) }), whole],
  liveStatus({ cards_waiting: { held: 1, disputes: 2, payouts: 1 } }),
);

/** A week of a big shop. */
export const big: Replies = books(
  [
    {
      ...payout(5, { amount: eur(12_345_678), parts: 4200 }),
      lines: [
        payoutLine('payment', 2430, 4100),
        payoutLine('refund', -300, 90),
        payoutLine('dispute', 0, 0),
        payoutLine('fee', -62, 4100),
        payoutLine('other', -1500, 10),
      ],
    },
    ...Array.from({ length: 90 }, (_, at) => payout(at + 6)),
  ],
  status(),
);

export const unlisted: Replies = books([{ ...payout(6, { parts: null, state: 'pending' }), lines: [] }]);

export const none: Replies = books([], status());
