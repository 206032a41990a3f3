import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Fault, type SavingPageDto } from '$lib/backend';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { open, saved, visa } from '../../../tests/fixtures/payer';
import { LOOK_MS, PayerCards } from './payer.svelte';
import { expiryWord } from './words';

/** A payer with a card, whose page is as the test says. */
function mira(replies: Replies = {}) {
  const backend = new FixtureBackend({ payer_cards: () => [visa()], payer_page: () => open(), ...replies });
  return { backend, payer: new PayerCards(backend, 'mira') };
}

const lost = new Fault('unknown', 'the answer was lost');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a page is looked at under one id until a card is saved on it, and the cards are read then', async () => {
  let page: SavingPageDto = open();
  const { backend, payer } = mira({ payer_page: () => page });
  void payer.save();
  void payer.save();
  await vi.advanceTimersByTimeAsync(LOOK_MS);
  expect([payer.seen?.state, payer.outcome]).toEqual(['open', null]);
  page = saved();
  await vi.advanceTimersByTimeAsync(LOOK_MS);
  expect([payer.page, payer.outcome, payer.cards?.length]).toEqual([null, 'saved', 1]);
  await vi.advanceTimersByTimeAsync(10 * LOOK_MS);
  const asked = backend.calls.filter(({ name }) => name === 'payer_page').map(({ request }) => request);
  expect(asked.length).toBe(3);
  expect(new Set(asked.map((request) => JSON.stringify(request))).size).toBe(1);
});

test('a lost answer is told and asked for again', async () => {
  let works = false;
  const { payer } = mira({
    payer_page: () => {
      if (!works) throw lost;
      return open();
    },
  });
  void payer.save();
  await vi.advanceTimersByTimeAsync(0);
  expect([payer.fault?.code, payer.page !== null]).toEqual(['unknown', true]);
  works = true;
  await vi.advanceTimersByTimeAsync(LOOK_MS);
  expect([payer.fault, payer.seen?.state]).toEqual([null, 'open']);
  payer.leave();
});

test('a page that can not be opened is told and not asked for again', async () => {
  const { backend, payer } = mira({
    payer_page: () => {
      throw new Fault('bad_request', 'too old');
    },
  });
  void payer.save();
  await vi.advanceTimersByTimeAsync(5 * LOOK_MS);
  expect([payer.fault?.code, payer.page, backend.count('payer_page')]).toEqual(['bad_request', null, 1]);
});

test('a page that closed by itself is told, and one that was called off is not', async () => {
  const closed: SavingPageDto = { state: 'closed', page: null };
  const { payer } = mira({ payer_page: () => closed });
  void payer.save();
  await vi.advanceTimersByTimeAsync(0);
  expect(payer.outcome).toBe('closed');

  const other = mira({ payer_page_close: () => closed }).payer;
  void other.save();
  await vi.advanceTimersByTimeAsync(0);
  await other.callOff();
  expect([other.page, other.outcome]).toEqual([null, null]);
});

test('a card that was saved before the page was called off is saved', async () => {
  const { payer } = mira({ payer_page_close: () => saved() });
  void payer.save();
  await vi.advanceTimersByTimeAsync(0);
  await payer.callOff();
  expect([payer.outcome, payer.cards?.length]).toEqual(['saved', 1]);
});

test('whoever leaves has the page closed, and nothing is looked at any more', async () => {
  const { backend, payer } = mira();
  void payer.save();
  await vi.advanceTimersByTimeAsync(0);
  payer.leave();
  await vi.advanceTimersByTimeAsync(5 * LOOK_MS);
  expect([backend.count('payer_page_close'), backend.count('payer_page')]).toEqual([1, 1]);
});

test('what is left is shown after a card was forgotten, and a failure is told', async () => {
  let works = false;
  const { payer } = mira({
    payer_card_forget: () => {
      if (!works) throw lost;
      return [];
    },
  });
  await payer.read();
  await payer.forget(visa());
  expect([payer.fault?.code, payer.cards?.length]).toEqual(['unknown', 1]);
  works = true;
  await payer.forget(visa());
  expect([payer.fault, payer.cards]).toEqual([null, []]);
});

test('the end of a card is written as on the card', () => {
  expect([expiryWord('2034-12'), expiryWord('')]).toEqual(['until 12/2034', '']);
});
