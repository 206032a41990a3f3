import { expect, test } from 'vitest';
import { Fault } from '$lib/backend';
import { FixtureBackend } from '../../../tests/fixture-backend';
import { receipt } from '../../../tests/fixtures/books';
import { Receipt } from './receipt.svelte';

test('looking prints nothing, printing is recorded first and shows what the printer gets', async () => {
  let printed = 0;
  const backend = new FixtureBackend({ receipt: ({ print }) => receipt({ copy: print ? printed++ : 0 }) });
  const paper = new Receipt(backend);
  await paper.look('inv_1');
  expect(paper.receipt?.copy).toBe(0);
  expect(await paper.recordPrint('inv_1')).toBe(true);
  expect(await paper.recordPrint('inv_1')).toBe(true);
  expect(paper.receipt?.copy).toBe(1);
  expect(backend.calls.map(({ request }) => (request as { print: boolean }).print)).toEqual([false, true, true]);
});

test('a double press is recorded once', async () => {
  const backend = new FixtureBackend({ receipt: () => receipt() });
  const paper = new Receipt(backend);
  expect(await Promise.all([paper.recordPrint('inv_1'), paper.recordPrint('inv_1')])).toEqual([true, false]);
  expect(backend.count('receipt')).toBe(1);
});

test('nothing is printed when it could not be recorded', async () => {
  const paper = new Receipt(
    new FixtureBackend({
      receipt: () => {
        throw new Fault('storage', 'the disk is full');
      },
    }),
  );
  expect(await paper.recordPrint('inv_1')).toBe(false);
  expect(paper.fault?.code).toBe('storage');
});
