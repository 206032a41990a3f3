import type { Replies } from '../fixture-backend';
import { coinTenders, eur, payment, sale, settings, tenders, transfer } from '../fixtures/sale';
import { liveStatus } from '../fixtures/status';

export const ready: Replies = { sale_get: () => sale(), tenders: () => tenders(), settings_get: () => settings() };

export const off: Replies = {
  ...ready,
  status: () => liveStatus(),
  tenders: () =>
    tenders().map((tender) =>
      tender.method === 'cash'
        ? tender
        : {
            ...tender,
            available: false,
            reason: 'no_server' as const,
            detail: 'electrum+tls://one.example:50002: timed out',
            coin: null,
          },
    ),
};

export const unpriced: Replies = {
  ...ready,
  status: () => liveStatus(),
  tenders: () =>
    tenders().map((tender) =>
      tender.method === 'cash'
        ? tender
        : {
            ...tender,
            available: false,
            reason: 'no_rate' as const,
            detail: 'the sources are more than 2 % apart: wait, or fix a price in Settings, Rates',
            coin: null,
            rate_source: '',
          },
    ),
};

export const live: Replies = { ...ready, status: () => liveStatus() };

export const partly: Replies = {
  ...ready,
  sale_get: () =>
    sale({
      state: 'partial',
      hand_over: 'no',
      remaining: eur(610),
      received: eur(1820),
      payments: [payment({ state: 'partial', transfers: [transfer()] })],
    }),
};

export const coins: Replies = { ...ready, tenders: () => [...tenders(), ...coinTenders()] };
