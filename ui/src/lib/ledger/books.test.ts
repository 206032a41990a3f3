import { expect, test } from 'vitest';
import { Fault } from '$lib/backend';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { ACCOUNTS, ENTRIES } from '../../../tests/fixtures/books';
import { btc, eur } from '../../../tests/fixtures/sale';
import { ALL_ENTRIES, Books } from './books.svelte';
import { filterOf, idOf } from './filter';
import { sidesOf } from './sums';
import { accountWord, entryWord } from './words';

const books: Replies = {
  ledger_accounts: () => ACCOUNTS,
  ledger_entries: () => ({ rows: ENTRIES, more: true }),
  ledger_verify: () => ({ ok: true, events: 412, entries: 318, head: 'ab'.repeat(32), finding: '' }),
};

test('accounts stand in groups, what the shop has first, and every currency is found once', async () => {
  const ledger = new Books(new FixtureBackend(books));
  await ledger.open(ALL_ENTRIES);
  expect(ledger.groups.map(({ kind }) => kind)).toEqual(['asset', 'liability', 'income', 'expense', 'clearing']);
  expect(ledger.groups[0]?.accounts[0]?.name).toBe('cash-drawer');
  expect(ledger.currencies).toEqual(['EUR', 'BTC']);
});

test('a number opens the entries behind it, and older ones follow the last shown', async () => {
  const backend = new FixtureBackend(books);
  const ledger = new Books(backend);
  await ledger.open({ ...ALL_ENTRIES, account: 'sales', currency: 'EUR' });
  expect(ledger.isFiltered).toBe(true);
  await ledger.readMore();
  const asked = backend.calls.filter(({ name }) => name === 'ledger_entries').map(({ request }) => request);
  expect(asked[0]).toMatchObject({ account: 'sales', currency: 'EUR', invoice: null, before: 0 });
  expect(asked[1]).toMatchObject({ before: ENTRIES.at(-1)?.entry });
});

test('the check is asked for once and shown, its failure too', async () => {
  const backend = new FixtureBackend(books);
  const ledger = new Books(backend);
  await Promise.all([ledger.verify(), ledger.verify()]);
  expect(backend.count('ledger_verify')).toBe(1);
  expect(ledger.check?.ok).toBe(true);

  const failing = new Books(
    new FixtureBackend({
      ledger_verify: () => {
        throw new Fault('storage', 'the disk does not answer');
      },
    }),
  );
  await failing.verify();
  expect(failing.check).toBeNull();
  expect(failing.fault?.code).toBe('storage');
  expect(failing.checking).toBe(false);
});

test('every filter survives the address', () => {
  for (const filter of [
    ALL_ENTRIES,
    { account: 'cash-drawer', currency: null, invoice: null },
    { account: null, currency: 'BTC', invoice: null },
    { account: 'sales', currency: 'EUR', invoice: 'inv_1' },
    { account: null, currency: null, invoice: 'inv_1' },
  ]) {
    expect(filterOf(idOf(filter))).toEqual(filter);
  }
  expect(idOf(ALL_ENTRIES)).toBe('');
});

test('postings are added per currency from what is shown', () => {
  const sides = sidesOf([
    { account: 'bitcoin-wallet', amount: btc(41952) },
    { account: 'conversion', amount: btc(-41952) },
    { account: 'conversion', amount: eur(2430) },
    { account: 'invoice-clearing', amount: eur(-2429) },
  ]);
  expect(sides.map(({ currency, sum }) => [currency, sum.minor])).toEqual([
    ['BTC', 0n],
    ['EUR', 1n],
  ]);
});

test('codes newer than this screen read as words', () => {
  expect(accountWord('petty-cash')).toBe('Another account');
  expect(entryWord('payout')).toBe('Other entry');
});
