import { expect, test } from 'vitest';
import { Fault } from '$lib/backend';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { ROWS, salesList, TIMELINE } from '../../../tests/fixtures/books';
import { INVOICE, payment, sale } from '../../../tests/fixtures/sale';
import { factLine } from './facts';
import { SaleDetail } from './sale-detail.svelte';
import { SalesList } from './sales-list.svelte';
import { short } from './short';
import { when } from './when';

const list: Replies = { sales_list: ({ search, states }) => salesList(search, states) };
const detail: Replies = {
  sale_get: ({ invoice }) => sale({ invoice, payments: [payment()] }),
  sale_timeline: () => TIMELINE,
  ledger_entries: () => ({ rows: [], more: false }),
};

test('the chips count the states that occur, and keep a chosen one that occurs no more', async () => {
  const sales = new SalesList(new FixtureBackend(list));
  await sales.searchFor('');
  expect(sales.chips.map(({ state }) => state)).not.toContain('preparing');
  expect(sales.chips.find(({ state }) => state === 'paid')?.count).toBe(1);

  await sales.toggle('paid');
  expect(sales.rows.map(({ state }) => state)).toEqual(['paid']);
  await sales.searchFor('nothing of the kind');
  expect(sales.rows).toEqual([]);
  expect(sales.chips).toEqual([{ state: 'paid', count: 0 }]);
  expect(sales.isEmptyShop).toBe(false);

  await sales.showAll();
  expect(sales.rows).toHaveLength(ROWS.length);
});

test('an answer to an older question is dropped', async () => {
  const answers: (() => void)[] = [];
  const backend = new FixtureBackend({
    sales_list: ({ search, states }) =>
      new Promise((resolve) => answers.push(() => resolve(salesList(search, states)))),
  });
  const sales = new SalesList(backend);
  const first = sales.searchFor('14');
  const second = sales.searchFor('147');
  answers[1]?.();
  await second;
  answers[0]?.();
  await first;
  expect(sales.rows.map(({ number }) => number)).toEqual([147]);
});

test('older sales are asked for after the last one shown', async () => {
  const backend = new FixtureBackend(list);
  const sales = new SalesList(backend);
  await sales.searchFor('');
  await sales.readMore();
  expect(backend.calls[1]?.request).toMatchObject({ after: ROWS.at(-1)?.invoice });
  expect(sales.rows).toHaveLength(ROWS.length * 2);
});

test('a list that could not be read says why and keeps what it had', async () => {
  let isUp = true;
  const backend = new FixtureBackend({
    sales_list: ({ search, states }) => {
      if (!isUp) throw new Fault('unreachable', 'no answer');
      return salesList(search, states);
    },
  });
  const sales = new SalesList(backend);
  await sales.searchFor('');
  isUp = false;
  await sales.read();
  expect(sales.fault?.code).toBe('unreachable');
  expect(sales.rows).toHaveLength(ROWS.length);
});

test('voiding needs a reason and is asked for once', async () => {
  const answers: (() => void)[] = [];
  const backend = new FixtureBackend({
    ...detail,
    sale_void: ({ invoice }) =>
      new Promise((resolve) => answers.push(() => resolve(sale({ invoice, state: 'voided' })))),
  });
  const one = new SaleDetail(backend);
  await one.open(INVOICE);
  expect(await one.void('  ')).toBe(false);

  const pressed = one.void(' wrong table ');
  expect(await one.void(' wrong table ')).toBe(false);
  answers[0]?.();
  expect(await pressed).toBe(true);
  expect(backend.calls.filter(({ name }) => name === 'sale_void')).toEqual([
    { name: 'sale_void', request: { invoice: INVOICE, reason: 'wrong table' } },
  ]);
});

test('a refused void is shown and the sale can be tried again', async () => {
  const one = new SaleDetail(
    new FixtureBackend({
      ...detail,
      sale_void: () => {
        throw new Fault('not_now', 'only paid cash sales can be voided');
      },
    }),
  );
  await one.open(INVOICE);
  expect(await one.void('wrong table')).toBe(false);
  expect(one.fault?.code).toBe('not_now');
  expect(one.busy).toBe(false);
});

test('facts read in words, amounts in the marks of the language, references cut in the middle', () => {
  expect(factLine({ name: 'tendered', value: '1234.50 EUR' }, 'de')).toBe('received 1.234,50 EUR');
  expect(factLine({ name: 'status', value: 'unconfirmed' }, 'en')).toBe('not confirmed yet');
  expect(factLine({ name: 'reason', value: 'wrong table' }, 'en')).toBe('because wrong table');
  expect(factLine({ name: 'reason', value: 'already_paid' }, 'en')).toBe('The sale was already paid.');
  expect(factLine({ name: 'reference', value: 'ab'.repeat(32) }, 'en')).toBe('transaction abababab…abababab');
  expect(factLine({ name: 'sale', value: '7' }, 'en')).toBe('sale 0007');
  expect(factLine({ name: 'newer_than_this_screen', value: 'soft' }, 'en')).toBe('soft');
});

test('short references stay whole', () => {
  expect(short('K7 42')).toBe('K7 42');
  expect(short('abcdefghijklmnop', 4)).toBe('abcd…mnop');
});

test('a time today needs no day, another year is named', () => {
  const now = '2026-11-21T12:00:00Z';
  expect(when('2026-11-21T11:05:00Z', now, 'en-GB')).toMatch(/^\d\d:05$/);
  expect(when('2026-11-19T11:05:00Z', now, 'en-GB')).toMatch(/^19 Nov, \d\d:05$/);
  expect(when('2025-11-19T11:05:00Z', now, 'en-GB')).toMatch(/^19 Nov 2025, \d\d:05$/);
});
