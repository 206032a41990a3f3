import { expect, test } from 'vitest';
import { Fault, type StripeStatusDto } from '$lib/backend';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { connectionCheck, stripeStatus } from '../../../tests/fixtures/card';
import { StripeSetup } from './stripe.svelte';

function setup(replies: Replies = {}) {
  const backend = new FixtureBackend({
    stripe_status: () => stripeStatus(),
    stripe_check: () => stripeStatus({ check: connectionCheck() }),
    stripe_secret_set: () => stripeStatus(),
    stripe_secret_forget: () => stripeStatus({ key: null }),
    ...replies,
  });
  return { backend, stripe: new StripeSetup(backend) };
}

test('what was typed is handed over once and is gone from the field', async () => {
  const { backend, stripe } = setup();
  stripe.typed.key = ' rk_test_51Hxyz ';
  await Promise.all([stripe.store('key'), stripe.store('key')]);
  const handed = backend.calls.filter(({ name }) => name === 'stripe_secret_set');
  expect(handed.map(({ request }) => request)).toEqual([{ name: 'key', secret: 'rk_test_51Hxyz' }]);
  expect(stripe.typed.key).toBe('');
});

test('a key that is refused is not kept in the field either', async () => {
  const { stripe } = setup({
    stripe_secret_set: () => {
      throw new Fault('bad_request', 'this key moves real money');
    },
  });
  stripe.typed.key = 'rk_live_51Hxyz';
  await stripe.store('key');
  expect([stripe.typed.key, stripe.fault?.detail, stripe.busy]).toEqual(['', 'this key moves real money', null]);
});

test('nothing is handed over when nothing was typed', async () => {
  const { backend, stripe } = setup();
  stripe.typed.webhook = '  ';
  await stripe.store('webhook');
  expect(backend.calls).toEqual([]);
});

test('the connection is tested once per press, and the result stays', async () => {
  const answers: ((status: StripeStatusDto) => void)[] = [];
  const { backend, stripe } = setup({ stripe_check: () => new Promise((resolve) => answers.push(resolve)) });
  const presses = [stripe.check(), stripe.check()];
  expect(stripe.busy).toBe('check');
  answers[0]?.(stripeStatus({ check: connectionCheck('the key is refused') }));
  await Promise.all(presses);
  expect([backend.count('stripe_check'), stripe.status?.check?.problem, stripe.busy]).toEqual([
    1,
    'the key is refused',
    null,
  ]);
});
