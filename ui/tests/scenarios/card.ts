import type { CardDto, RefundStateDto, SaleDto } from '../../src/lib/backend/bindings';
import type { Replies } from '../fixture-backend';
import {
  bundle,
  byCard,
  cardTender,
  connectionCheck,
  disputed,
  heldCard,
  PAGE,
  paidByCard,
  refundAtReader,
  refundOf,
  stripeStatus,
} from '../fixtures/card';
import { eur, sale, settings, tenders } from '../fixtures/sale';
import { liveStatus, status } from '../fixtures/status';

const FIXED = { pay: false, cancel: true, cancel_although_seen: false, void: false, receipt: false };

function showing(shown: SaleDto, live = true): Replies {
  return {
    status: () => (live ? liveStatus() : status()),
    sale_get: () => shown,
    tenders: () => [cardTender('card_reader'), cardTender('card_phone'), ...tenders()],
    settings_get: () => settings(),
    sale_by_receipt: () => shown,
  };
}

const at = (state: SaleDto['state'], changes: Partial<CardDto>, more: Partial<SaleDto> = {}) =>
  sale({ state, may: FIXED, payments: [byCard(changes, { state })], ...more });

const phone = (changes: Partial<CardDto> = {}): Partial<CardDto> => ({
  way: 'phone',
  reader: '',
  page: PAGE,
  ...changes,
});

export const choose: Replies = showing(sale());
export const offline: Replies = {
  ...showing(sale()),
  tenders: () => [
    cardTender('card_reader', { available: false, reason: 'no_server', detail: 'api.stripe.com does not answer' }),
    cardTender('card_phone', { available: false, reason: 'no_server', detail: 'api.stripe.com does not answer' }),
    ...tenders(),
  ],
};
export const present = showing(at('waiting', {}), false);
export const another = showing(at('waiting', { declined: 'insufficient funds' }));
export const bank = showing(at('detected', { step: 'bank', may_cancel: false }));
export const held = showing(
  at('detected', { step: 'held', captures_later: true, held: eur(2430), brand: 'visa', last4: '4242' }),
);
export const unknown = showing(at('unknown', { step: 'unknown' }, { hand_over: 'no' }), false);
export const declined = showing(
  sale({
    state: 'declined',
    hand_over: 'no',
    payments: [byCard({ step: 'over', may_cancel: false }, { state: 'declined', problem: 'insufficient funds' })],
  }),
);
export const scan = showing(at('waiting', phone()));
export const unknownPhone = showing(at('unknown', phone({ step: 'unknown', page: null }), { hand_over: 'no' }));

const HELD = [
  heldCard(141, '2026-11-21T20:00:00Z'),
  heldCard(144, '2026-11-23T09:30:00Z', { brand: 'mastercard', last4: '4444' }),
  heldCard(146, '2026-11-27T14:00:00Z', { capturing: true }),
  heldCard(147, ''),
];
export const heldList: Replies = { ...showing(sale()), cards_held: () => HELD };
export const heldNone: Replies = { ...showing(sale()), cards_held: () => [] };

export const disputes: Replies = {
  ...showing(sale()),
  disputes: () => [
    disputed(121, 'needs_response', '2026-11-22T09:00:00Z'),
    disputed(131, 'needs_response', '2026-11-30T22:59:59Z', { reason: 'product_not_received' }),
    disputed(133, 'warning_needs_response', '2026-12-04T22:59:59Z', { reason: 'unrecognized' }),
    disputed(117, 'under_review', ''),
    disputed(102, 'won', ''),
    disputed(88, 'lost', '', { reason: 'duplicate' }),
  ],
  dispute_evidence: bundle,
};
export const disputesNone: Replies = { ...showing(sale()), disputes: () => [] };

const refunded = (state: RefundStateDto, cents: number, problem = '') => refundOf(cents, { state, problem });
const paid = (changes: Partial<CardDto>) =>
  sale({
    state: 'paid',
    hand_over: 'yes',
    remaining: eur(0),
    received: eur(2430),
    receipt_number: 212,
    may: { ...FIXED, cancel: false, receipt: true },
    payments: [paidByCard(changes)],
  });
export const refund = showing(paid({}));
export const refundSome = showing(
  paid({
    refundable: eur(1090),
    refunds: [
      refunded('succeeded', 340),
      refunded('pending', 500),
      refunded('failed', 250, 'the card was closed'),
      refunded('unknown', 500),
    ],
  }),
);

const INTERAC = { brand: 'interac', last4: '1933', must_be_presented: true };
export const refundPresent = showing(paid(INTERAC));
export const refundAtTheReader = showing(paid({ ...INTERAC, refunds: [refundAtReader(430)] }), false);
export const refundWaking = showing(paid({ ...INTERAC, refunds: [refundAtReader(430, { state: 'asked' })] }));
export const refundStopping = showing(
  paid({ ...INTERAC, refunds: [refundAtReader(430, { may_cancel: false, cancelling: true })] }),
);
export const refundSilent = showing(paid({ ...INTERAC, reader_step: 'silent', refunds: [refundAtReader(430)] }));
export const refundLost = showing(
  paid({ ...INTERAC, refunds: [refundAtReader(430, { state: 'unknown', problem: 'no answer in a minute' })] }),
);

export const settingsLive: Replies = { ...showing(sale()), stripe_status: () => stripeStatus() };
export const settingsNone: Replies = {
  ...showing(sale()),
  status: () => ({ ...liveStatus(), surface: 'window' }),
  stripe_status: () =>
    stripeStatus({ key: null, up: false, problem: 'there is no key: store one in Settings, Cards', reader: '' }),
};
export const settingsTest: Replies = {
  ...showing(sale()),
  status: () => ({ ...liveStatus(), mode: 'sandbox', surface: 'browser' }),
  stripe_status: () =>
    stripeStatus({
      key: { live: false, restricted: false, last4: '4eC3' },
      check: connectionCheck('the key may not do everything a till needs: switch on Disputes'),
    }),
};
