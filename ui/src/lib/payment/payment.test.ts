import { beforeEach, expect, test } from 'vitest';
import type { SaleDto } from '$lib/backend';
import { Sell } from '$lib/sell/sell.svelte';
import { Till } from '$lib/shell/till.svelte';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { btc, code, eur, INVOICE, payment, sale, transfer } from '../../../tests/fixtures/sale';
import { Payment } from './payment.svelte';
import { soundBetween } from './sounds.svelte';
import { paymentSteps } from './steps';
import { clerkText, lightText, stateDetail } from './words';

const NOTHING_SEEN = { pay: true, cancel: true, cancel_although_seen: false, void: false, receipt: false };
const SEEN = { pay: false, cancel: false, cancel_although_seen: true, void: false, receipt: false };

const waiting = () => sale({ payments: [payment()], may: NOTHING_SEEN });
const detected = () =>
  sale({
    version: 2,
    state: 'detected',
    payments: [payment({ state: 'detected', transfers: [transfer()] })],
    may: SEEN,
  });

async function open(
  shown: SaleDto,
  replies: Replies = {},
): Promise<{ backend: FixtureBackend; till: Till; screen: Payment }> {
  const backend = new FixtureBackend({ sale_get: () => shown, ...replies });
  const till = new Till(backend);
  const screen = new Payment(till, new Sell(till), INVOICE);
  await screen.watched.read();
  return { backend, till, screen };
}

beforeEach(() => (location.hash = ''));

test('with nothing seen the way to pay is taken back', async () => {
  const { till, screen } = await open(waiting(), { payment_cancel: () => sale({ version: 2 }) });
  await screen.otherWay();
  expect(till.router.now.name).toBe('charge');
});

test('a payment that was seen is never taken back', async () => {
  const { backend, screen } = await open(detected());
  await screen.otherWay();
  expect(backend.count('payment_cancel')).toBe(0);
});

test('cancelling asks first when money was seen', async () => {
  const { backend, till, screen } = await open(detected(), {
    sale_cancel: () => sale({ version: 3, state: 'cancelled' }),
  });
  await screen.cancel();
  expect(screen.asking).toBe(true);
  expect(backend.count('sale_cancel')).toBe(0);
  await screen.cancelSale(true);
  expect(backend.calls.at(-1)?.request).toEqual({ invoice: INVOICE, although_seen: true });
  expect(till.router.now.name).toBe('sell');
});

test('the countdown runs by the monotonic clock and asks again when it ends', async () => {
  const { backend, screen } = await open(sale({ payments: [payment({ code: code({ remaining_ms: 90_000 }) })] }));
  screen.tick(screen.watched.readAt + 30_000);
  expect(screen.quoteMs).toBe(60_000);
  const reads = backend.count('sale_get');
  screen.tick(screen.watched.readAt + 90_000);
  expect(screen.quoteMs).toBe(0);
  expect(backend.count('sale_get')).toBe(reads + 1);
});

test('an older reading never replaces a newer one', async () => {
  const { screen } = await open(detected());
  await screen.watched.does(() => Promise.resolve(waiting()));
  expect(screen.sale?.state).toBe('detected');
});

test('a new code is asked for once per press', async () => {
  const { backend, screen } = await open(waiting(), { payment_start: () => waiting() });
  await Promise.all([screen.newCode(), screen.newCode()]);
  expect(backend.count('payment_start')).toBe(1);
});

test('the light says which rule it followed', () => {
  const paid = sale({ state: 'paid', hand_over: 'yes', payments: [payment()] });
  expect(lightText(paid, paid.payments[0]!, 'en')).toBe('Safe by your rule up to 50.00 EUR. The till keeps watching.');
  const second = detected();
  second.payments[0]!.code!.needs_second_server = true;
  expect(lightText(second, second.payments[0]!, 'en')).toContain('Two servers must agree');
});

test('a payment that was taken back before it was safe is not waited for', () => {
  const gone = sale({ payments: [payment({ transfers: [transfer({ status: 'withdrawn' })] })] });
  expect(lightText(gone, gone.payments[0]!, 'en')).toBe('The payment was taken back. Nothing is here.');
});

test('too much is said as soon as it is seen', () => {
  const over = sale({ state: 'detected', over: true, excess: eur(1215), payments: [payment()] });
  expect(clerkText(over, over.payments[0]!, 'en')).toContain('12.15 EUR too much');
});

test('a partial payment says what remains', () => {
  const partial = sale({ state: 'partial', hand_over: 'no', remaining: eur(610), payments: [payment()] });
  expect(stateDetail(partial, partial.payments[0]!, 'en')).toBe('· 6.10 EUR remaining');
  expect(lightText(partial, partial.payments[0]!, 'en')).toBe('6.10 EUR is missing.');
});

test('every state tells the clerk what to do', () => {
  const states: SaleDto['state'][] = [
    ...(['preparing', 'waiting', 'detected', 'confirming', 'paid', 'partial', 'overpaid', 'late'] as const),
    ...(['expired', 'cancelled', 'declined', 'failed', 'unknown', 'reversed', 'voided'] as const),
  ];
  for (const state of states) expect(clerkText(sale({ state }), null, 'en')).not.toBe('');
});

test('the timeline tells done, now and to come apart', () => {
  const phases = (steps: ReturnType<typeof paymentSteps>) => steps.map(({ key, phase }) => `${key} ${phase}`);
  expect(phases(paymentSteps(payment(), 'en'))).toEqual(['shown done', 'awaited now', 'safe next', 'final next']);
  const confirmed = payment({
    confirmations: 1,
    transfers: [transfer({ reference: 'a:0', status: 'confirmed', confirmations: 1, safe: true })],
  });
  expect(phases(paymentSteps(confirmed, 'en'))).toEqual([
    'shown done',
    'a:0 done',
    'confirmed done',
    'safe done',
    'final next',
  ]);
});

test('a withdrawn transfer is shown as gone', () => {
  const gone = payment({ transfers: [transfer({ reference: 'a:0', amount: btc(41952), status: 'withdrawn' })] });
  expect(paymentSteps(gone, 'en')[1]).toMatchObject({ title: 'Withdrawn: 0.00041952 BTC', phase: 'wrong' });
});

test('a sound is made once on the way into a state, never on opening the screen', () => {
  expect(soundBetween(null, 'paid')).toBe(null);
  expect(soundBetween('waiting', 'detected')).toBe('seen');
  expect(soundBetween('detected', 'confirming')).toBe(null);
  expect(soundBetween('confirming', 'paid')).toBe('paid');
  expect(soundBetween('paid', 'reversed')).toBe('failed');
});
