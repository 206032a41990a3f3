import { expect, test } from 'vitest';
import { Fault } from '$lib/backend';
import { FixtureBackend } from '../../../tests/fixture-backend';
import { disputed } from '../../../tests/fixtures/card';
import { Disputes } from './disputes.svelte';
import { disputeLook, disputeReason } from './words';

const STATUSES = [
  ...['warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response'],
  ...['under_review', 'won', 'lost', 'prevented'],
];

test('those that wait for an answer are counted', async () => {
  const rows = [disputed(1, 'needs_response', '2026-11-30T00:00:00Z'), disputed(2, 'won', '')];
  const disputes = new Disputes(new FixtureBackend({ disputes: () => rows }));
  await disputes.read();
  expect([disputes.rows.length, disputes.waiting]).toEqual([2, 1]);
});

test('a list that could not be read keeps what it had', async () => {
  let isUp = true;
  const backend = new FixtureBackend({
    disputes: () => {
      if (!isUp) throw new Fault('unreachable', 'no answer');
      return [disputed(1, 'lost', '')];
    },
  });
  const disputes = new Disputes(backend);
  await disputes.read();
  isUp = false;
  await disputes.read();
  expect([disputes.fault?.code, disputes.rows.length]).toEqual(['unreachable', 1]);
});

test('what was typed is kept while the list is read again, until the bank asks anew', async () => {
  let status = 'warning_needs_response';
  const disputes = new Disputes(new FixtureBackend({ disputes: () => [disputed(1, status, '2026-11-30T00:00:00Z')] }));
  const answer = async () => {
    await disputes.read();
    return disputes.answerTo(disputes.rows[0]!);
  };
  (await answer()).notes.customer_name = 'Ann';
  expect((await answer()).notes.customer_name).toBe('Ann');
  status = 'needs_response';
  expect((await answer()).notes.customer_name).toBe('');
});

test('every status has a word of its own, and a newer one reads as a sentence', () => {
  expect(new Set(STATUSES.map((status) => disputeLook(status).word)).size).toBe(STATUSES.length);
  expect(disputeLook('status_of_tomorrow').word).toBe('Something changed');
});

test('the bank’s reason is said in the shop’s words', () => {
  expect(disputeReason('duplicate')).toBe('It was charged twice');
  expect(disputeReason('reason_of_tomorrow')).toBe('No reason that this till knows');
});
