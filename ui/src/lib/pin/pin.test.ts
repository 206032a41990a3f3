import { expect, test } from 'vitest';
import { Fault } from '$lib/backend';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { OwnersPin } from './pin.svelte';

const READY = { is_set: true, wait_seconds: 0 };
const NONE = { is_set: false, wait_seconds: 0 };

async function opened(replies: Replies = {}) {
  const backend = new FixtureBackend({
    pin_status: () => READY,
    pin_check: () => READY,
    pin_set: () => READY,
    pin_forget: () => NONE,
    ...replies,
  });
  const pin = new OwnersPin(backend);
  await pin.read();
  return { backend, pin };
}

const asked = (backend: FixtureBackend) => backend.calls.filter(({ name }) => name !== 'pin_status');

test('the first PIN is typed twice and handed over once', async () => {
  const { backend, pin } = await opened({ pin_status: () => NONE });
  pin.change();
  expect(pin.step).toBe('new');
  await pin.give('593164');
  expect(pin.step).toBe('again');
  await pin.give('593164');
  expect(asked(backend)).toEqual([{ name: 'pin_set', request: { present: null, new: '593164' } }]);
  expect([pin.step, pin.status]).toEqual([null, READY]);
});

test('two different PINs are chosen again, and nothing is handed over', async () => {
  const { backend, pin } = await opened({ pin_status: () => NONE });
  pin.change();
  await pin.give('593164');
  await pin.give('593165');
  expect([pin.step, pin.differs, asked(backend).length]).toEqual(['new', true, 0]);
});

test('another PIN is set behind the present one', async () => {
  const { backend, pin } = await opened();
  pin.change();
  for (const typed of ['593164', '847205', '847205']) await pin.give(typed);
  expect(asked(backend).map(({ request }) => request)).toEqual([
    { pin: '593164' },
    { present: '593164', new: '847205' },
  ]);
});

test('a wrong PIN may be typed again, and the third closes the dialog with the wait', async () => {
  let wait = 0;
  const { pin } = await opened({
    pin_status: () => ({ is_set: true, wait_seconds: wait }),
    pin_check: () => {
      throw new Fault('wrong_pin', 'this is not the PIN');
    },
  });
  pin.change();
  await pin.give('111213');
  expect([pin.step, pin.fault?.code]).toEqual(['present', 'wrong_pin']);
  wait = 30;
  await pin.give('111213');
  expect([pin.step, pin.status?.wait_seconds]).toEqual([null, 30]);
});

test('a PIN that is too simple is chosen again without typing the present one', async () => {
  const { pin } = await opened({
    pin_set: () => {
      throw new Fault('bad_request', 'this PIN is one of the first that anybody tries');
    },
  });
  pin.change();
  for (const typed of ['593164', '123456', '123456']) await pin.give(typed);
  expect([pin.step, pin.fault?.code]).toEqual(['new', 'bad_request']);
});

test('a forgotten PIN is removed by the words', async () => {
  const { backend, pin } = await opened();
  pin.remove();
  pin.forgotten();
  expect(pin.step).toBe('words');
  await pin.give('legal winner thank');
  expect(asked(backend)).toEqual([{ name: 'pin_forget', request: { proof: 'legal winner thank' } }]);
  expect([pin.step, pin.status]).toEqual([null, NONE]);
});
