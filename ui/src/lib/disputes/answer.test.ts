import { expect, test } from 'vitest';
import { Fault, type DisputeAnswerRequest, type SaleDto } from '$lib/backend';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { bundle, disputed } from '../../../tests/fixtures/card';
import { INVOICE, PAYMENT, sale } from '../../../tests/fixtures/sale';
import { DisputeAnswer } from './answer.svelte';
import { evidenceWord } from './words';

const ONE = disputed(121, 'needs_response', '2026-11-30T00:00:00Z');

async function open(replies: Replies = {}) {
  const backend = new FixtureBackend({ dispute_evidence: bundle, dispute_answer: () => sale(), ...replies });
  const answer = new DisputeAnswer(backend, ONE);
  await answer.show();
  return { backend, answer };
}

const sent = (backend: FixtureBackend) =>
  backend.calls.filter(({ name }) => name === 'dispute_answer').map(({ request }) => request as DisputeAnswerRequest);

test('what the books say is shown before anybody types', async () => {
  const { backend, answer } = await open();
  expect(backend.calls.at(-1)).toMatchObject({
    name: 'dispute_evidence',
    request: { invoice: INVOICE, payment: PAYMENT, dispute: 'du_1QXyz121', communication: '' },
  });
  expect(answer.facts.map(({ name }) => name)).toEqual(['product_description', 'uncategorized_text']);
  expect([answer.isShown, sent(backend)]).toEqual([true, []]);
});

test('what is typed is shown too, and many keys at once are two questions', async () => {
  const { backend, answer } = await open();
  const before = backend.count('dispute_evidence');
  const shows = ['A', 'An', 'Ann'].map((name) => {
    answer.notes.customer_name = name;
    return answer.show();
  });
  expect(answer.isShown).toBe(false);
  await Promise.all(shows);
  expect(answer.facts).toContainEqual({ name: 'customer_name', value: 'Ann' });
  expect([answer.isShown, backend.count('dispute_evidence') - before]).toEqual([true, 2]);
});

test('what was not shown is not sent', async () => {
  const { backend, answer } = await open();
  answer.notes.communication = 'They drank it.';
  await answer.send();
  expect([sent(backend), answer.sent]).toEqual([[], false]);
  await answer.show();
  await answer.send();
  expect(sent(backend)).toMatchObject([{ communication: 'They drank it.' }]);
});

test('two presses send once, and what was sent is not sent again', async () => {
  const { backend, answer } = await open();
  await Promise.all([answer.send(), answer.send()]);
  await answer.send();
  expect([sent(backend).length, answer.sent, answer.sending]).toEqual([1, true, false]);
});

test('nothing is sent while it is being sent', async () => {
  let arrive: (shown: SaleDto) => void = () => undefined;
  const { backend, answer } = await open({
    dispute_answer: () => new Promise<SaleDto>((resolve) => (arrive = resolve)),
  });
  const first = answer.send();
  answer.notes.served_on = '21 November 2026';
  await answer.show();
  await answer.send();
  expect([sent(backend).length, answer.sending]).toEqual([1, true]);
  arrive(sale());
  await first;
  expect([sent(backend).length, answer.sending, answer.sent]).toEqual([1, false, true]);
});

test('a failure keeps what was typed, and it can be sent after it', async () => {
  let isUp = false;
  const { backend, answer } = await open({
    dispute_answer: () => {
      if (!isUp) throw new Fault('rail_unavailable', 'no answer');
      return sale();
    },
  });
  answer.notes.refund_policy = 'Within 14 days.';
  await answer.show();
  await answer.send();
  expect([answer.refused?.code, answer.sent]).toEqual(['rail_unavailable', false]);
  expect(answer.notes.refund_policy).toBe('Within 14 days.');
  isUp = true;
  await answer.send();
  expect([answer.refused, answer.sent, sent(backend).length]).toEqual([null, true, 2]);
});

test('what could not be shown is said, and can’t be sent until it is', async () => {
  let isUp = true;
  const { backend, answer } = await open({
    dispute_evidence: (request) => {
      if (!isUp) throw new Fault('unreachable', 'no answer');
      return bundle(request);
    },
  });
  isUp = false;
  answer.notes.customer_name = 'Ann';
  await answer.show();
  await answer.send();
  expect([answer.fault?.code, answer.isShown, sent(backend).length]).toEqual(['unreachable', false, 0]);
  isUp = true;
  await answer.show();
  expect([answer.fault, answer.isShown]).toEqual([null, true]);
});

test('every part of the answer has a word of its own', () => {
  const names = [
    ...['product_description', 'service_date', 'customer_name', 'customer_email_address'],
    ...['refund_policy_disclosure', 'refund_refusal_explanation', 'uncategorized_text', 'part_of_tomorrow'],
  ];
  expect(new Set(names.map(evidenceWord)).size).toBe(names.length);
});
