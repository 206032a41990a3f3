import { expect, test } from 'vitest';
import { Fault } from '$lib/backend';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { salesList, stray, STRAYS } from '../../../tests/fixtures/books';
import { Strays } from './strays.svelte';

const inbox: Replies = {
  strays: () => STRAYS,
  sales_list: ({ search, states }) => salesList(search, states),
  stray_assign: ({ invoice }) => stray({ state: 'assigned', assigned_to: invoice }),
  stray_credit: ({ customer }) => stray({ state: 'credited', credited_to: customer }),
};
const FIRST = stray().stray;

test('open ones are apart from decided ones', async () => {
  const strays = new Strays(new FixtureBackend(inbox));
  await strays.read();
  expect(strays.open).toHaveLength(2);
  expect(strays.settled.map(({ state }) => state)).toEqual(['credited']);
});

test('only sales that may take money are offered', async () => {
  const strays = new Strays(new FixtureBackend(inbox));
  await strays.findSales('');
  expect(strays.candidates.map(({ state }) => state).sort()).toEqual(['expired', 'partial', 'waiting']);
});

test('a press repeated after a lost answer asks for the same payment again', async () => {
  let isUp = false;
  const backend = new FixtureBackend({
    ...inbox,
    stray_assign: ({ invoice }) => {
      if (!isUp) throw new Fault('unreachable', 'no answer');
      return stray({ state: 'assigned', assigned_to: invoice });
    },
  });
  const strays = new Strays(backend);
  await strays.read();
  expect(await strays.assign(FIRST, 'inv_1')).toBe(false);
  expect(strays.fault?.code).toBe('unreachable');
  isUp = true;
  expect(await strays.assign(FIRST, 'inv_1')).toBe(true);
  const asked = backend.calls.filter(({ name }) => name === 'stray_assign').map(({ request }) => request);
  expect(asked[1]).toEqual(asked[0]);
  expect(strays.open).toHaveLength(1);
});

test('another sale gets another payment', async () => {
  const backend = new FixtureBackend(inbox);
  const strays = new Strays(backend);
  await strays.assign(FIRST, 'inv_1');
  await strays.assign(FIRST, 'inv_2');
  const [first, second] = backend.calls.map(({ request }) => (request as { payment: string }).payment);
  expect(first).toMatch(/^pay_[0-9a-f]{32}$/);
  expect(second).not.toBe(first);
});

test('a credit needs somebody to owe it to', async () => {
  const backend = new FixtureBackend(inbox);
  const strays = new Strays(backend);
  await strays.read();
  expect(await strays.credit(FIRST, '  ')).toBe(false);
  expect(backend.count('stray_credit')).toBe(0);
  expect(await strays.credit(FIRST, ' Anna ')).toBe(true);
  expect(strays.rows.find((row) => row.stray === FIRST)?.credited_to).toBe('Anna');
});
