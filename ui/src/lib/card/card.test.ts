import { beforeEach, expect, test } from 'vitest';
import type { CardDto, SaleDto, StateDto } from '$lib/backend';
import { paidFacts } from '$lib/paid/facts';
import { placeOf } from '$lib/payment/place';
import { Sell } from '$lib/sell/sell.svelte';
import { Till } from '$lib/shell/till.svelte';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { byCard, paidByCard } from '../../../tests/fixtures/card';
import { eur, INVOICE, PAYMENT, payment, sale } from '../../../tests/fixtures/sale';
import { CardAtTill } from './card.svelte';
import { deadlineOf } from './deadline';
import { Part } from './part.svelte';
import { practiceDeeds } from './practice';
import { cardName, cardSteps, clerkText, lightText, stepWord } from './words';

const FIXED = { pay: false, cancel: true, cancel_although_seen: false, void: false, receipt: false };

/** A sale with one payment by card, as it stands at a step. */
function at(step: CardDto['step'], changes: Partial<CardDto> = {}, more: Partial<SaleDto> = {}): SaleDto {
  const may = { ...FIXED, pay: step === 'over' };
  return sale({ may, payments: [byCard({ step, may_cancel: step !== 'over', ...changes })], ...more });
}

async function open(shown: SaleDto, replies: Replies = {}) {
  const backend = new FixtureBackend({ sale_get: () => shown, ...replies });
  const till = new Till(backend);
  const sell = new Sell(till);
  const screen = new CardAtTill(till, sell, INVOICE);
  await screen.watched.read();
  return { backend, till, sell, screen };
}

beforeEach(() => (location.hash = ''));

test('another way to pay is shown only when it is certain that nothing was taken', async () => {
  const { till, screen } = await open(at('customer'), {
    card_cancel: () => at('customer', { cancelling: true }, { version: 2 }),
  });
  await screen.otherWay();
  expect(till.router.now.name).not.toBe('charge');
  expect(screen.canGoBack).toBe(false);

  await screen.watched.does(() => Promise.resolve(at('over', {}, { version: 3, state: 'cancelled' })));
  screen.leaveWhenOver();
  expect(till.router.now.name).toBe('charge');
});

test('while nobody knows, there is no way to charge again', async () => {
  const { backend, screen } = await open(at('unknown', {}, { state: 'unknown' }));
  expect([screen.canGoBack, screen.isOver]).toEqual([false, false]);
  await screen.otherWay();
  await screen.again();
  expect(backend.calls.map(({ name }) => name)).toEqual(['sale_get']);
});

test('an unknown payment is left for the next customer and followed', async () => {
  const { till, sell, screen } = await open(at('unknown', {}, { state: 'unknown' }));
  screen.nextSale();
  expect(till.router.now.name).toBe('sell');
  expect(sell.left.sales.map(({ invoice }) => invoice)).toEqual([INVOICE]);
});

test('after a decline the same way is started once per press', async () => {
  const { backend, screen } = await open(at('over', {}, { state: 'declined' }), {
    card_start: () => at('sending', {}, { version: 2 }),
  });
  await Promise.all([screen.again(), screen.again()]);
  expect(backend.count('card_start')).toBe(1);
  const started = backend.calls.find(({ name }) => name === 'card_start')?.request;
  expect(started).toMatchObject({ invoice: INVOICE, way: 'reader', reader: 'tmr_1', capture_later: false });
  expect(started).not.toMatchObject({ payment: PAYMENT });
});

test('held money is taken as it is', async () => {
  const { backend, screen } = await open(at('held', { held: eur(2430) }), {
    card_capture: () => at('held', { capturing: true }, { version: 2 }),
  });
  await screen.takeHeld();
  expect(backend.calls.at(-1)?.request).toEqual({ invoice: INVOICE, payment: PAYMENT, amount: eur(2430) });
});

test('each step tells the clerk what to do and why the goods may not go yet', () => {
  const steps = ['sending', 'customer', 'bank', 'held', 'taken', 'over', 'unknown'] as const;
  for (const step of steps) {
    for (const way of ['reader', 'phone'] as const) {
      const shown = at(step, { way });
      const found = byCard({ step, way });
      expect(clerkText(shown, found)).not.toBe('');
      expect(lightText(shown, found)).not.toBe('');
    }
  }
});

test('a decline says why and that nothing was charged', () => {
  const declined = byCard({ step: 'over' }, { state: 'declined', problem: 'insufficient funds' });
  expect(clerkText(sale({ state: 'declined' }), declined)).toBe('Nothing was charged. The reason: insufficient funds.');
});

test('held money is never called paid', () => {
  const held = byCard({ step: 'held', captures_later: true }, { state: 'detected' });
  const said = [clerkText(sale({ state: 'detected' }), held), lightText(sale({ state: 'detected' }), held)];
  expect(said.filter((words) => /\bpaid\b/i.test(words) && !/not paid/i.test(words))).toEqual([]);
});

test('the steps tell done, now and to come apart', () => {
  const phases = (step: CardDto['step'], changes: Partial<CardDto> = {}, state: StateDto = 'waiting') =>
    cardSteps(byCard({ step, ...changes }, { state }), 'en').map(({ key, phase }) => `${key} ${phase}`);
  expect(phases('customer')).toEqual(['sending done', 'customer now', 'bank next', 'taken next']);
  expect(phases('held', { captures_later: true })).toEqual([
    'sending done',
    'customer done',
    'bank done',
    'held now',
    'taken next',
  ]);
  expect(phases('over', {}, 'declined')).toEqual(['sending done', 'customer done', 'bank wrong', 'taken next']);
  expect(phases('unknown')[2]).toBe('bank now');
});

test('the reader tells sooner than the processor that it has read a card, and says when it is dead', () => {
  const read = byCard({ reader_step: 'asks_bank' });
  expect(cardSteps(read, 'en').map(({ phase }) => phase)).toEqual(['done', 'done', 'now', 'next']);
  const dead = byCard({ reader_step: 'silent' });
  expect(stepWord(dead)).toBe('The reader does not answer');
  expect(clerkText(sale(), dead)).toContain('power and network');
});

test('a reader that waits for a card is looked at again, and no other', async () => {
  const { backend, screen } = await open(at('customer'));
  screen.lookAtReader();
  await expect.poll(() => backend.count('sale_get')).toBe(2);
  const phone = await open(at('customer', { way: 'phone' }));
  phone.screen.lookAtReader();
  expect(phone.backend.count('sale_get')).toBe(1);
});

test('a card goes by its brand, its last digits and its wallet', () => {
  expect(cardName({ brand: '', last4: '' })).toBe('Card');
  expect(cardName({ brand: 'visa', last4: '4242' })).toBe('Visa •• 4242');
  expect(cardName({ brand: 'visa', last4: '4242', wallet: 'apple_pay' })).toBe('Visa •• 4242 (Apple Pay)');
  expect(cardName({ brand: 'brand_of_tomorrow', last4: '' })).toBe('brand_of_tomorrow');
});

test('the simulated customer pays, is declined or is not heard; what is unknown is heard later', () => {
  const words = (step: CardDto['step']) => practiceDeeds(step, () => undefined).map(({ word }) => word);
  expect(words('customer')).toEqual(['pay by card', 'pay by Interac', 'be declined', 'pay, line dead']);
  expect(words('unknown')).toEqual(['bring the line back']);
  expect(words('taken')).toEqual(['object at the bank']);
  expect(words('bank')).toEqual([]);
});

test('the screen that says paid names the card', () => {
  expect(paidFacts(sale({ hand_over: 'yes', payments: [paidByCard()] }), 'en')).toEqual(['Visa •• 4242']);
});

test('a sale is followed where its newest open payment is', () => {
  expect(placeOf(sale({ hand_over: 'yes', payments: [paidByCard()] }))).toBe('paid');
  expect(placeOf(at('customer'))).toBe('card');
  expect(placeOf(sale({ payments: [payment()] }))).toBe('payment');
  expect(placeOf(sale({ payments: [byCard({ step: 'over' }, { cancelled: true })] }))).toBe('charge');
  expect(placeOf(sale({ may: FIXED }))).toBe('sales');
  const partly = { state: 'partial' as const, payments: [paidByCard()] };
  expect(placeOf(sale(partly))).toBe('charge');
  expect(placeOf(sale({ ...partly, state: 'reversed', hand_over: 'no' }))).toBe('card');
});

test('a deadline presses two days before it, and is past when it is', () => {
  const now = '2026-11-21T12:00:00Z';
  expect(deadlineOf('', now, 'en')).toBeNull();
  expect(deadlineOf('2026-11-30T12:00:00Z', now, 'en')).toMatchObject({ word: 'in 9 days', isPressing: false });
  expect(deadlineOf('2026-11-22T13:00:00Z', now, 'en')).toMatchObject({ word: 'in 25 hours', isPressing: true });
  expect(deadlineOf('2026-11-21T12:20:00Z', now, 'en')?.word).toBe('within the hour');
  expect(deadlineOf('2026-11-18T12:00:00Z', now, 'en')).toMatchObject({ word: '3 days ago', isPast: true });
});

test('a part is more than nothing and at most the whole', async () => {
  const read: Replies = { amount_read: ({ text }) => eur(parseInt(text, 10)) };
  const part = new Part(new FixtureBackend(read));
  expect(part.amountOf(eur(500))).toEqual(eur(500));
  part.choice = 'part';
  expect(part.amountOf(eur(500))).toBeNull();
  await part.type('300', eur(500));
  expect(part.amountOf(eur(500))).toEqual(eur(300));
  for (const wrong of ['0', '501']) {
    await part.type(wrong, eur(500));
    expect([part.amountOf(eur(500)), part.problem]).toEqual([null, 'More than nothing, and at most 5.00.']);
  }
  part.reset();
  expect([part.choice, part.typed, part.problem]).toEqual(['all', '', '']);
});
