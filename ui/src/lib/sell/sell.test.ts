import { beforeEach, expect, test } from 'vitest';
import { Fault } from '$lib/backend';
import { Till } from '$lib/shell/till.svelte';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { sale, settings, totals } from '../../../tests/fixtures/sale';
import { status } from '../../../tests/fixtures/status';
import { Sell } from './sell.svelte';
import { sellKeys } from './sell-keys';

const opens: Replies = {
  settings_get: () => settings(),
  cart_totals: ({ lines }) => totals(lines),
  sale_open: ({ invoice }) => sale({ invoice }),
  sale_cancel: ({ invoice }) => sale({ invoice, state: 'cancelled' }),
};

async function open(replies: Replies = opens): Promise<{ backend: FixtureBackend; till: Till; sell: Sell }> {
  const backend = new FixtureBackend(replies);
  const till = new Till(backend);
  await till.refresh();
  const sell = new Sell(till);
  sell.follow(status());
  await sell.readRates();
  return { backend, till, sell };
}

function type(sell: Sell, text: string): void {
  for (const key of text) sellKeys(sell, key);
}

const opened = (backend: FixtureBackend) =>
  backend.calls.filter(({ name }) => name === 'sale_open').map(({ request }) => request as { invoice: string });

beforeEach(() => {
  localStorage.clear();
  location.hash = '';
});

test('typing an amount and Enter opens one sale of one line', async () => {
  const { backend, till, sell } = await open();
  type(sell, '4,50');
  await sell.charge();
  expect(opened(backend)).toMatchObject([
    { lines: [{ quantity: 1, unit_price: { minor: '450', currency: 'EUR' }, tax_percent: '20' }] },
  ]);
  expect(till.router.now.name).toBe('charge');
});

test('pressing Charge twice opens one sale', async () => {
  const { backend, sell } = await open();
  type(sell, '450');
  await Promise.all([sell.charge(), sell.charge()]);
  await sell.charge();
  expect(new Set(opened(backend).map(({ invoice }) => invoice)).size).toBe(1);
});

test('a refused Charge keeps the cart, and the next press asks for the same sale', async () => {
  let full = true;
  const { backend, sell } = await open({
    ...opens,
    sale_open: ({ invoice }) => {
      if (full) throw new Fault('storage', 'the disk is full');
      return sale({ invoice });
    },
  });
  type(sell, '450');
  await sell.charge();
  expect(sell.cart.lines).toHaveLength(1);
  full = false;
  await sell.charge();
  const [first, second] = opened(backend);
  expect(second?.invoice).toBe(first?.invoice);
});

test('changing the cart after Charge ends that sale and opens another', async () => {
  const { backend, sell } = await open();
  type(sell, '450');
  await sell.charge();
  type(sell, '100+');
  await sell.charge();
  const [first, second] = opened(backend);
  expect(second?.invoice).not.toBe(first?.invoice);
  expect(backend.calls.find(({ name }) => name === 'sale_cancel')?.request).toEqual({
    invoice: first?.invoice,
    although_seen: false,
  });
});

test('digits before the times key are the quantity', async () => {
  const { sell } = await open();
  type(sell, '3*250+');
  expect(sell.cart.lines[0]).toMatchObject({ quantity: 3 });
  expect(sell.cart.lines[0]?.price.minor).toBe(250n);
});

test('undo takes back the last line, and a cleared cart', async () => {
  const { sell } = await open();
  type(sell, '100+200+');
  sell.cart.clear();
  sellKeys(sell, 'Ctrl+z');
  expect(sell.cart.lines).toHaveLength(2);
  sellKeys(sell, 'Ctrl+z');
  expect(sell.cart.lines).toHaveLength(1);
});

test('the cart is there again after a crash of the page, and opens the same sale', async () => {
  const first = await open();
  type(first.sell, '450');
  await first.sell.charge();
  const second = await open();
  expect(second.sell.cart.lines).toHaveLength(1);
  await second.sell.charge();
  expect(opened(second.backend)[0]?.invoice).toBe(opened(first.backend)[0]?.invoice);
});

test('a finished sale leaves an empty cart, also after a reload', async () => {
  const { backend, sell } = await open();
  type(sell, '450');
  await sell.charge();
  sell.finish(opened(backend)[0]?.invoice ?? '');
  expect(sell.cart.isEmpty).toBe(true);
  expect((await open()).sell.cart.isEmpty).toBe(true);
});

test('what is keyed in is summed before it is added', async () => {
  const { backend, sell } = await open();
  type(sell, '450');
  await expect.poll(() => sell.total.minor).toBe(450n);
  expect(backend.calls.at(-1)?.request).toMatchObject({ lines: [{ unit_price: { minor: '450' } }] });
});

test('nothing is sold before the tax rates are known', async () => {
  const { backend, sell } = await open({
    ...opens,
    settings_get: () => {
      throw new Fault('storage', 'the disk is full');
    },
  });
  type(sell, '450');
  expect(sell.draft).toBe(null);
  expect(sell.ready).toBe(false);
  sell.add();
  await sell.charge();
  expect(sell.cart.isEmpty).toBe(true);
  expect(opened(backend)).toEqual([]);
  expect(sell.entry.money.minor).toBe(450n);
});

test('what was typed while the tax rates were on their way is sold at the usual one', async () => {
  let known = false;
  const { backend, sell } = await open({
    ...opens,
    settings_get: () => {
      if (!known) throw new Fault('storage', 'the disk is full');
      return settings();
    },
  });
  type(sell, '450');
  known = true;
  await sell.readRates();
  expect(sell.draft).toMatchObject({ tax_percent: '20' });
  await sell.charge();
  expect(opened(backend)).toMatchObject([{ lines: [{ tax_percent: '20' }] }]);
});

test('a card number pasted for an amount goes nowhere, and the screen says so', async () => {
  const { backend, till, sell } = await open();
  await sell.paste('4242 4242 4242 4242');
  expect(backend.count('amount_read')).toBe(0);
  expect(till.fault?.code).toBe('card_number');
  expect(sell.entry.isEmpty).toBe(true);
});
