import { expect, test } from 'vitest';
import { Fault, type PayoutsRequest } from '$lib/backend';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { payout, payoutRow } from '../../../tests/fixtures/payouts';
import { eur } from '../../../tests/fixtures/sale';
import { PAGE_PAYOUTS, Payouts } from './payouts.svelte';
import { bankDay, differenceTitle, differenceWord, partsWord } from './words';

const all = Array.from({ length: PAGE_PAYOUTS + 3 }, (_, at) => payout(at));

async function open(replies: Replies = {}) {
  const backend = new FixtureBackend({
    payouts: ({ after, limit }: PayoutsRequest) => {
      const from = all.findIndex(({ facts }) => facts.payout === after) + 1;
      const rows = all.slice(from, from + limit).map(({ facts }) => facts);
      return { rows, more: from + limit < all.length };
    },
    payout_get: (request) => {
      const found = all.find(({ facts }) => facts.payout === request.payout);
      if (found === undefined) throw new Fault('not_found', 'there is no such payout');
      return found;
    },
    ...replies,
  });
  const payouts = new Payouts(backend);
  await payouts.read();
  return { backend, payouts };
}

test('the latest payout is looked at until another one is named', async () => {
  const { payouts } = await open();
  expect(payouts.chosen?.facts.payout).toBe(payoutRow(0).payout);
  await payouts.choose(payoutRow(2).payout);
  expect(payouts.chosen?.facts.payout).toBe(payoutRow(2).payout);
});

test('older payouts are read page by page, and one of them can be looked at before its page is read', async () => {
  const { payouts } = await open();
  expect([payouts.rows.length, payouts.more]).toEqual([PAGE_PAYOUTS, true]);
  await payouts.choose(payoutRow(PAGE_PAYOUTS + 2).payout);
  expect(payouts.chosen?.facts.payout).toBe(payoutRow(PAGE_PAYOUTS + 2).payout);
  await payouts.readMore();
  expect([payouts.rows.length, payouts.more]).toEqual([PAGE_PAYOUTS + 3, false]);
});

test('an address that names no payout shows the list and says so', async () => {
  const { payouts } = await open();
  await payouts.choose('pyo_nobody');
  await payouts.read();
  expect([payouts.rows.length, payouts.fault?.code]).toEqual([PAGE_PAYOUTS, 'not_found']);
});

test('a shop without payouts asks for none of them', async () => {
  const { backend, payouts } = await open({ payouts: () => ({ rows: [], more: false }) });
  expect([payouts.chosen, payouts.loaded, backend.count('payout_get')]).toEqual([null, true, 0]);
});

test('what is missing or too much is said to the cent, and nothing is said of a payout that adds up', () => {
  const by = (cents: number) => payoutRow(1, { difference: eur(cents) });
  expect(differenceWord(by(0), 'en')).toBe('');
  expect(differenceWord(by(-1), 'en')).toBe('0.01 EUR too little');
  expect(differenceTitle(by(-1), 'en')).toBe('It is 0.01 EUR less than its parts.');
  expect(differenceTitle(by(123_456), 'en')).toBe('It is 1,234.56 EUR more than its parts.');
});

test('parts are counted, and not listed is not none', () => {
  expect([partsWord(1, 'en'), partsWord(4200, 'en'), partsWord(null, 'en')]).toEqual([
    '1 part',
    '4,200 parts',
    'parts not listed',
  ]);
});

test('the day of a bank is the same day for a shop in any part of the world', () => {
  expect(bankDay('2026-11-20T00:00:00Z', 'en')).toBe('November 20, 2026');
  expect(bankDay('2026-11-20T00:00:00Z', 'de', 'short')).toBe('20. Nov. 2026');
});
