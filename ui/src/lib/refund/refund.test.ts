import { expect, test } from 'vitest';
import { Fault, type RefundStateDto } from '$lib/backend';
import { Till } from '$lib/shell/till.svelte';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { byCard, paidByCard } from '../../../tests/fixtures/card';
import { eur, INVOICE, PAYMENT, sale } from '../../../tests/fixtures/sale';
import { Refunds } from './refund.svelte';
import { refundLook } from './words';

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

test('every state of a refund has its word', () => {
  const states: RefundStateDto[] = [
    ...(['asked', 'unknown', 'refused', 'pending', 'needs_action', 'succeeded', 'failed', 'cancelled'] as const),
  ];
  const words = states.map((state) => refundLook(state).word);
  expect(new Set(words).size).toBe(states.length);
});
