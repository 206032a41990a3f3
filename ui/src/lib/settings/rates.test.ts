import { expect, test } from 'vitest';
import { FixtureBackend } from '../../../tests/fixture-backend';
import { ratesNow } from '../../../tests/fixtures/rates';
import { listing, RatesNow } from './rates-now.svelte';

test('a source is put at the end of the list, or taken from it, and the others stay in order', () => {
  expect(listing(['fixed', 'kraken'], 'bitstamp', true)).toEqual(['fixed', 'kraken', 'bitstamp']);
  expect(listing(['kraken', 'coinbase', 'bitstamp'], 'coinbase', false)).toEqual(['kraken', 'bitstamp']);
  expect(listing(['kraken'], 'kraken', true)).toEqual(['kraken']);
});

test('what coins are worth is read again when something changes, and not any more afterwards', async () => {
  const backend = new FixtureBackend({ rates_now: () => ratesNow() });
  const rates = new RatesNow(backend);
  const stop = rates.follow();
  await expect.poll(() => rates.now?.coins[0]?.coin).toBe('BTC');
  backend.change('status');
  backend.change('sale');
  expect(backend.count('rates_now')).toBe(2);
  stop();
  backend.change('status');
  expect(backend.count('rates_now')).toBe(2);
});
