import { expect, test } from 'vitest';
import { Till } from '$lib/shell/till.svelte';
import { FixtureBackend } from '../../../tests/fixture-backend';
import { INVOICE, sale, settings, tenders } from '../../../tests/fixtures/sale';
import { Cash } from './cash.svelte';

async function open(): Promise<{ backend: FixtureBackend; till: Till; cash: Cash }> {
  const backend = new FixtureBackend({
    sale_get: () => sale(),
    settings_get: () => settings(),
    tenders: () => tenders(),
    cash_take: () => sale({ version: 2, state: 'paid', hand_over: 'yes' }),
  });
  const till = new Till(backend);
  await till.refresh();
  const cash = new Cash(till, INVOICE);
  cash.start();
  await expect.poll(() => cash.suggestions.length).toBeGreaterThan(0);
  return { backend, till, cash };
}

test('with nothing keyed in the exact amount is taken', async () => {
  const { backend, till, cash } = await open();
  await cash.take();
  expect(backend.calls.at(-1)).toMatchObject({ name: 'cash_take', request: { tendered: { minor: '2430' } } });
  expect(till.router.now).toEqual({ name: 'paid', id: INVOICE });
});

test('change is what was given less what is to pay', async () => {
  const { cash } = await open();
  for (const key of '50,') cash.entry.press(key);
  expect(cash.change?.text('en')).toBe('25.70');
});

test('too little is not taken', async () => {
  const { backend, cash } = await open();
  for (const key of '2000') cash.entry.press(key);
  await cash.take();
  expect(cash.change?.isNegative).toBe(true);
  expect(backend.count('cash_take')).toBe(0);
});

test('pressing twice takes cash once', async () => {
  const { backend, cash } = await open();
  await Promise.all([cash.take(), cash.take()]);
  expect(backend.count('cash_take')).toBe(1);
});
