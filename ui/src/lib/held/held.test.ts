import { expect, test } from 'vitest';
import { Fault } from '$lib/backend';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { heldCard } from '../../../tests/fixtures/card';
import { eur, sale } from '../../../tests/fixtures/sale';
import { Held } from './held.svelte';

const FIRST = heldCard(141, '2026-11-23T09:00:00Z');

async function open(replies: Replies = {}) {
  const backend = new FixtureBackend({
    cards_held: () => [FIRST],
    card_capture: () => sale(),
    card_cancel: () => sale(),
    amount_read: ({ text }) => eur(parseInt(text, 10)),
    ...replies,
  });
  const held = new Held(backend);
  await held.read();
  return { backend, held };
}

const asked = (backend: FixtureBackend, name: string) => backend.calls.find((call) => call.name === name)?.request;

test('all of what is held is taken unless a part is typed', async () => {
  const { backend, held } = await open();
  await held.capture(FIRST);
  expect(asked(backend, 'card_capture')).toMatchObject({ payment: FIRST.payment, amount: FIRST.amount });
});

test('a part is taken as typed, and the next payment starts with all again', async () => {
  const { backend, held } = await open();
  held.part.choice = 'part';
  await held.capture(FIRST);
  expect(backend.count('card_capture')).toBe(0);
  await held.part.type('700', FIRST.amount);
  await held.capture(FIRST);
  expect(asked(backend, 'card_capture')).toMatchObject({ amount: eur(700) });
  expect(held.part.choice).toBe('all');
});

test('one press decides once, and what was decided is not decided again', async () => {
  const { backend, held } = await open();
  await Promise.all([held.letGo(FIRST), held.letGo(FIRST), held.capture(FIRST)]);
  expect([backend.count('card_cancel'), backend.count('card_capture')]).toEqual([1, 0]);
  await held.letGo({ ...FIRST, cancelling: true });
  await held.capture({ ...FIRST, capturing: true });
  expect([backend.count('card_cancel'), backend.count('card_capture')]).toEqual([1, 0]);
});

test('a refusal is said and the list is read again', async () => {
  const { backend, held } = await open({
    card_capture: () => {
      throw new Fault('not_now', 'the bank let go of it');
    },
  });
  await held.capture(FIRST);
  expect([held.refused?.code, held.busy, backend.count('cards_held')]).toEqual(['not_now', false, 2]);
});
