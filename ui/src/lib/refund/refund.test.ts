import { expect, test } from 'vitest';
import { Fault, type RefundDto, type RefundStateDto } from '$lib/backend';
import { Till } from '$lib/shell/till.svelte';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { byCard, paidByCard, refundAtReader, refundOf } from '../../../tests/fixtures/card';
import { eur, INVOICE, PAYMENT, sale } from '../../../tests/fixtures/sale';
import { Refunds } from './refund.svelte';
import { presentingSteps, presentingWord, refundLook } from './words';

const PAID = sale({ state: 'paid', hand_over: 'yes', receipt_number: 212, payments: [paidByCard()] });

async function open(replies: Replies = {}) {
  const backend = new FixtureBackend({
    sale_get: () => PAID,
    sale_by_receipt: () => PAID,
    card_refund: () => PAID,
    ...replies,
  });
  const refunds = new Refunds(new Till(backend));
  await refunds.open(INVOICE);
  return { backend, refunds };
}

const wishes = (backend: FixtureBackend) =>
  backend.calls.filter(({ name }) => name === 'card_refund').map(({ request }) => request as { refund: string });

test('a receipt is found by its number however it was scanned', async () => {
  const { backend, refunds } = await open();
  expect(await refunds.find('No. 000212\r')).toBe(INVOICE);
  expect(backend.calls.at(-1)?.request).toEqual({ receipt_number: 212 });
  expect(await refunds.find('no digits')).toBeNull();
  expect(backend.count('sale_by_receipt')).toBe(1);
});

test('a receipt that is not there is said, and what was found stays', async () => {
  const { refunds } = await open({
    sale_by_receipt: () => {
      throw new Fault('not_found', 'no such receipt');
    },
  });
  expect(await refunds.find('9')).toBeNull();
  expect([refunds.fault?.code, refunds.sale?.invoice]).toEqual(['not_found', INVOICE]);
});

test('nothing is given back without a reason', async () => {
  const { backend, refunds } = await open();
  refunds.reason = '  ';
  await refunds.giveBack();
  expect(wishes(backend)).toEqual([]);
});

test('one press gives back once, and the next wish has another id', async () => {
  const { backend, refunds } = await open();
  refunds.reason = 'stale croissant';
  await Promise.all([refunds.giveBack(), refunds.giveBack()]);
  expect(wishes(backend)).toMatchObject([{ payment: PAYMENT, amount: eur(2430), reason: 'stale croissant' }]);
  refunds.reason = 'another one';
  await refunds.giveBack();
  const [first, second] = wishes(backend);
  expect(first?.refund).toMatch(/^ref_[0-9a-f]{32}$/);
  expect(second?.refund).not.toBe(first?.refund);
});

test('an answer that never came is asked for with the same refund', async () => {
  let isUp = false;
  const { backend, refunds } = await open({
    card_refund: () => {
      if (!isUp) throw new Fault('unreachable', 'no answer');
      return PAID;
    },
  });
  refunds.reason = 'stale croissant';
  await refunds.giveBack();
  expect([refunds.refused?.code, refunds.reason]).toEqual(['unreachable', 'stale croissant']);
  isUp = true;
  await refunds.giveBack();
  const [first, second] = wishes(backend);
  expect(second?.refund).toBe(first?.refund);
});

test('only payments by card that took something are given back, the one with something left first', async () => {
  const spent = paidByCard({ refundable: eur(0) }, { payment: 'pay_spent' });
  const open_ = byCard({}, { payment: 'pay_open' });
  const shown = sale({ payments: [open_, spent, paidByCard({ refundable: eur(500) })] });
  const { refunds } = await open({ sale_get: () => shown });
  expect(refunds.payments.map(({ payment }) => payment)).toEqual(['pay_spent', PAYMENT]);
  expect(refunds.chosen?.payment).toBe(PAYMENT);
  refunds.choose('pay_spent');
  expect(refunds.chosen?.payment).toBe('pay_spent');
});

test('a card that is to be presented is waited for, and called off once', async () => {
  const asked = paidByCard({ must_be_presented: true, refunds: [refundOf(340), refundAtReader(430)] });
  const { backend, refunds } = await open({
    sale_get: () => sale({ payments: [asked] }),
    card_refund_cancel: () =>
      sale({ payments: [paidByCard({ refunds: [refundAtReader(430, { may_cancel: false, cancelling: true })] })] }),
  });
  expect(refunds.presented?.amount).toEqual(eur(430));
  await Promise.all([refunds.callOff(), refunds.callOff()]);
  await refunds.callOff();
  expect(backend.count('card_refund_cancel')).toBe(1);
  expect(refunds.presented?.cancelling).toBe(true);
});

test('what is certain is waited for no more, and other refunds never were', async () => {
  const ended = refundAtReader(430, { state: 'refused', may_cancel: false, problem: 'called off' });
  const { refunds } = await open({
    sale_get: () => sale({ payments: [paidByCard({ refunds: [ended, refundOf(100, { state: 'asked' })] })] }),
  });
  expect(refunds.presented).toBeNull();
  await refunds.callOff();
});

test('the clerk is told what the reader waits for, and what nobody knows', () => {
  const payment = paidByCard({ brand: 'interac', last4: '1933' });
  const word = (changes: Partial<RefundDto>) => presentingWord(refundAtReader(430, changes), payment);
  expect(word({})).toBe('Customer presents the card at Counter');
  expect(word({ state: 'asked' })).toBe('Counter is waking up');
  expect(word({ state: 'unknown' })).toContain('Do not give back again');
  expect(word({ cancelling: true })).toContain('Wait until it is certain');
  const silent = { ...payment, card: { ...payment.card, reader_step: 'silent' as const } };
  expect(presentingWord(refundAtReader(430), silent)).toContain('does not answer');
  const phases = (state: RefundStateDto) =>
    presentingSteps(refundAtReader(430, { state }), payment).map((s) => s.phase);
  expect([phases('asked'), phases('at_reader')]).toEqual([
    ['now', 'next', 'next'],
    ['done', 'now', 'next'],
  ]);
});

test('every state of a refund has its word', () => {
  const states: RefundStateDto[] = [
    ...([
      'asked',
      'at_reader',
      'unknown',
      'refused',
      'pending',
      'needs_action',
      'succeeded',
      'failed',
      'cancelled',
    ] as const),
  ];
  const words = states.map((state) => refundLook(state).word);
  expect(new Set(words).size).toBe(states.length);
});
