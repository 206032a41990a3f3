import { expect, test } from 'vitest';
import type { SaleDto } from '$lib/backend';
import { Till } from '$lib/shell/till.svelte';
import { FixtureBackend } from '../../../tests/fixture-backend';
import { INVOICE, sale } from '../../../tests/fixtures/sale';
import { LeftSales } from './left-sales.svelte';

function open(): { backend: FixtureBackend; left: LeftSales; becomes: (next: SaleDto) => void } {
  let now = sale({ state: 'detected' });
  const backend = new FixtureBackend({ sale_get: () => now });
  const left = new LeftSales(new Till(backend));
  left.leave(now);
  return { backend, left, becomes: (next) => (now = next) };
}

test('a sale that was left says when its goods may go', async () => {
  const { backend, left, becomes } = open();
  becomes(sale({ version: 2, state: 'paid', hand_over: 'yes' }));
  backend.change('sale', INVOICE);
  await expect.poll(() => left.sales[0]?.hand_over).toBe('yes');
});

test('other sales are not read', () => {
  const { backend } = open();
  backend.change('sale', 'inv_other');
  expect(backend.count('sale_get')).toBe(0);
});

test('a sale somebody looked at is followed no more', () => {
  const { backend, left } = open();
  left.dismiss(INVOICE);
  backend.change('sale', INVOICE);
  expect(left.sales).toEqual([]);
  expect(backend.count('sale_get')).toBe(0);
});
