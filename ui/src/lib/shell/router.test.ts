import { expect, test } from 'vitest';
import { hashOf, readHash } from './router.svelte';

test('an address names a screen and what it is about', () => {
  expect(readHash('#/sales/inv_1')).toEqual({ name: 'sales', id: 'inv_1' });
  expect(readHash(hashOf('ledger', 'account/cash drawer'))).toEqual({ name: 'ledger', id: 'account/cash drawer' });
});

test('an address nobody knows shows the keypad', () => {
  expect(readHash('#/elsewhere')).toEqual({ name: 'sell', id: '' });
  expect(readHash('')).toEqual({ name: 'sell', id: '' });
});
