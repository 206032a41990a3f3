import type { SaleDto } from '../../src/lib/backend/bindings';
import type { Replies } from '../fixture-backend';
import { btc, code, eur, payment, sale, settings, tenders, transfer, usdcCode } from '../fixtures/sale';
import { marketRate } from '../fixtures/rates';
import { liveStatus, status } from '../fixtures/status';

const SEEN = { pay: false, cancel: false, cancel_although_seen: true, void: false, receipt: false };

function showing(shown: SaleDto, live = true): Replies {
  return {
    status: () => (live ? liveStatus() : status()),
    sale_get: () => shown,
    tenders: () => tenders(),
    settings_get: () => settings(),
    practice_act: () => shown,
  };
}

const waitingSale = sale({ payments: [payment()] });

export const waiting = showing(waitingSale);
export const market = showing(sale({ payments: [payment({ code: code({ rate: marketRate() }) })] }));
export const practice = showing(waitingSale, false);
export const amber = showing(sale({ payments: [payment({ code: code({ remaining_ms: 100_000 }) })] }));
export const red = showing(sale({ payments: [payment({ code: code({ remaining_ms: 29_000 }) })] }));

export const confirming = showing(
  sale({
    state: 'confirming',
    remaining: eur(0),
    pending: eur(2430),
    may: SEEN,
    payments: [
      payment({
        state: 'confirming',
        confirmations: 1,
        safe_at: { confirmations: 3, mark: null },
        code: code({ remaining: btc(0), policy_up_to: null }),
        transfers: [transfer({ status: 'confirmed', confirmations: 1, block_height: 974201 })],
      }),
    ],
  }),
  false,
);

export const partial = showing(
  sale({
    state: 'partial',
    hand_over: 'not_yet',
    remaining: eur(610),
    pending: eur(1820),
    may: { ...SEEN, pay: true },
    payments: [
      payment({
        state: 'partial',
        code: code({ remaining: btc(10531), remaining_ms: 167_000 }),
        transfers: [transfer({ amount: btc(31421) })],
      }),
    ],
  }),
);

export const expired = showing(
  sale({
    state: 'expired',
    hand_over: 'no',
    payments: [payment({ state: 'expired', code: code({ remaining_ms: 0 }) })],
  }),
);

/** The crowded one: practice bar, an alert, and a fault on top. */
export const reversed: Replies = {
  ...showing(
    sale({
      state: 'reversed',
      hand_over: 'no',
      payments: [payment({ state: 'reversed', transfers: [transfer({ status: 'withdrawn' })] })],
    }),
  ),
  status: () =>
    status({
      alerts: [
        {
          alert: 1,
          at: '2026-11-21T14:41:00Z',
          kind: 'reversed',
          subject: 'inv_1',
          sale_number: 147,
          detail: 'the block was replaced',
        },
      ],
    }),
};

export const unknown = showing(
  sale({
    state: 'unknown',
    hand_over: 'no',
    may: { ...SEEN, cancel_although_seen: false },
    payments: [payment({ state: 'unknown' })],
  }),
);

const usdcPayment = payment({ method: 'evm:8453/USDC', code: usdcCode() });
export const usdc = showing(sale({ payments: [usdcPayment] }));
