import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Fault, type SettlementDto, type SettlementPartsRequest, type SettlementsRequest } from '$lib/backend';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { charge, owed, part, tally } from '../../../tests/fixtures/tabs';
import { PAGE_PARTS, Parts } from './parts.svelte';
import { PAGE_CHARGES, Tabs } from './tabs.svelte';

/** A page that is seen until it is told otherwise. */
class Page extends EventTarget {
  hidden = false;
}

const idOf = (number: number) => charge(number).settlement;

/** Books with so many charges set aside; `after` is how one stands that is tried again. */
function books(count: number, after: Partial<SettlementDto> = { state: 'charging', trouble: null, reason: null }) {
  let charges = Array.from({ length: count }, (_, at) => charge(at + 1));
  const named = (settlement: string) => {
    const found = charges.find((one) => one.settlement === settlement);
    if (found === undefined) throw new Fault('not_found', 'there is no such settlement');
    return found;
  };
  const replies: Replies = {
    tabs: () => [owed({ on_tabs: tally(3, 900), set_aside: tally(count, count * 640) })],
    tabs_settle: () => ({ count: 2 }),
    settlements_set_aside: ({ after, limit }: SettlementsRequest) => {
      const rest = charges.filter(({ number, state }) => state === 'set_aside' && number > after);
      return { rows: rest.slice(0, limit), more: rest.length > limit, open: rest.length };
    },
    settlement_get: ({ settlement }) => named(settlement),
    settlement_parts: () => [part(2), part(1)],
    settlement_retry: ({ settlement }) => {
      const tried = { ...named(settlement), ...after };
      charges = charges.map((one) => (one.settlement === settlement ? tried : one));
      return tried;
    },
  };
  return replies;
}

function looking(replies: Replies) {
  const [page, backend] = [new Page(), new FixtureBackend(replies)];
  return { page, backend, tabs: new Tabs(backend, page as unknown as Document) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('charges that were set aside are read a page at a time, oldest first, none twice', async () => {
  const { tabs } = looking(books(PAGE_CHARGES + 5));
  await tabs.read();
  expect([tabs.rows.length, tabs.more, tabs.open]).toEqual([PAGE_CHARGES, true, 205]);
  await tabs.readMore();
  expect(tabs.more).toBe(false);
  await tabs.read();
  expect(tabs.rows.map(({ number }) => number)).toEqual(Array.from({ length: 205 }, (_, at) => at + 1));
});

test('the oldest is looked at, or the one that is named', async () => {
  const { tabs } = looking(books(3));
  await tabs.choose('');
  await tabs.read();
  expect(tabs.chosen?.number).toBe(1);
  await tabs.choose(idOf(3));
  expect(tabs.chosen?.number).toBe(3);
});

test('one that is not set aside any more can be looked at', async () => {
  const replies = { ...books(1), settlement_get: () => charge(9, { state: 'charged', trouble: null, reason: null }) };
  const { tabs } = looking(replies);
  await tabs.choose(idOf(9));
  await tabs.read();
  expect([tabs.chosen?.number, tabs.chosen?.state]).toEqual([9, 'charged']);
});

test('an address that names no charge is told, and everything else is there', async () => {
  const { tabs } = looking(books(2));
  await tabs.choose('set_nothing');
  await tabs.read();
  expect([tabs.fault?.code, tabs.rows.length, tabs.owed.length]).toEqual(['not_found', 2, 1]);
});

test('one that is tried again leaves the list and stays in sight', async () => {
  const { tabs } = looking(books(2));
  await tabs.read();
  await tabs.retry(tabs.rows[0]!);
  expect(tabs.rows.map(({ number }) => number)).toEqual([2]);
  expect([tabs.chosen?.number, tabs.chosen?.state, tabs.open]).toEqual([1, 'charging', 1]);
});

test('one that is declined again stays in the list with its attempt', async () => {
  const { tabs } = looking(books(1, { attempt: 2 }));
  await tabs.read();
  await tabs.retry(tabs.rows[0]!);
  expect([tabs.rows[0]?.attempt, tabs.chosen?.attempt]).toEqual([2, 2]);
});

test('a refusal to try again is told, and told no more after the next deed', async () => {
  let works = false;
  const replies = books(1);
  const { tabs } = looking({
    ...replies,
    settlement_retry: (request) => {
      if (!works) throw new Fault('not_now', 'it is charged');
      return replies.settlement_retry!(request);
    },
  });
  await tabs.read();
  await tabs.retry(tabs.rows[0]!);
  expect([tabs.refused?.code, tabs.busy]).toEqual(['not_now', false]);
  works = true;
  await tabs.retry(tabs.rows[0]!);
  expect(tabs.refused).toBe(null);
});

test('all tabs are charged once on each rail, and their number is told', async () => {
  const dollars = owed({ on_tabs: { count: 1, sum: { minor: '700', currency: 'USD', scale: 2 } } });
  const { backend, tabs } = looking({ ...books(0), tabs: () => [owed({ on_tabs: tally(1, 500) }), dollars] });
  await tabs.read();
  await Promise.all([tabs.chargeAll(), tabs.chargeAll()]);
  expect([tabs.charged, backend.count('tabs_settle')]).toEqual([2, 1]);
});

test('it is read again when something changes, at most once a second', async () => {
  const { backend, tabs } = looking(books(1));
  const leave = tabs.start();
  await vi.advanceTimersByTimeAsync(100);
  for (let at = 0; at < 50; at += 1) backend.change('status');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(backend.count('tabs')).toBe(2);
  leave();
  backend.change('status');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(backend.count('tabs')).toBe(2);
});

test.each([
  ['every few seconds while a charge is under way', { asking: tally(1, 640) }, 11],
  ['now and then at rest, for tabs that fill', { on_tabs: tally(1, 640) }, 3],
])('it is read again %s', async (_, changes, times) => {
  const { backend, tabs } = looking({ ...books(0), tabs: () => [owed(changes)] });
  const leave = tabs.start();
  await vi.advanceTimersByTimeAsync(30_500);
  expect(backend.count('tabs')).toBe(times);
  leave();
});

test('nothing is read while the page is hidden, and at once when it is seen again', async () => {
  const { backend, page, tabs } = looking(books(1));
  const leave = tabs.start();
  await vi.advanceTimersByTimeAsync(100);
  page.hidden = true;
  page.dispatchEvent(new Event('visibilitychange'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(backend.count('tabs')).toBe(1);
  page.hidden = false;
  page.dispatchEvent(new Event('visibilitychange'));
  await vi.advanceTimersByTimeAsync(0);
  expect(backend.count('tabs')).toBe(2);
  leave();
});

test('what can not be read is said, and put away by the next reading', async () => {
  let works = false;
  const { tabs } = looking({
    ...books(1),
    tabs: () => {
      if (!works) throw new Fault('storage', 'full');
      return [];
    },
  });
  await tabs.read();
  expect([tabs.fault?.code, tabs.loaded]).toEqual(['storage', true]);
  works = true;
  await tabs.read();
  expect(tabs.fault).toBe(null);
});

test('parts are read page by page, newest first, and only when another charge is shown', async () => {
  const backend = new FixtureBackend({
    settlement_parts: ({ before, limit }: SettlementPartsRequest) => {
      const first = before === 0 ? 128 : before - 1;
      return Array.from({ length: Math.min(limit, first) }, (_, at) => part(first - at));
    },
  });
  const parts = new Parts(backend);
  await parts.show(charge(1));
  expect([parts.rows.length, parts.left]).toEqual([PAGE_PARTS, 78]);
  await parts.show(charge(1, { attempt: 2 }));
  await parts.readMore();
  await parts.readMore();
  await parts.readMore();
  expect(parts.rows.map(({ number }) => number)).toEqual(Array.from({ length: 128 }, (_, at) => 128 - at));
  expect([parts.left, backend.count('settlement_parts')]).toEqual([0, 3]);
  await parts.show(charge(2));
  expect([parts.rows.length, parts.left]).toEqual([PAGE_PARTS, 78]);
});

test('parts that come late do not stand under another charge', async () => {
  let answer: (rows: ReturnType<typeof part>[]) => void = () => undefined;
  const backend = new FixtureBackend({
    settlement_parts: ({ settlement }) =>
      settlement === idOf(1) ? new Promise((resolve) => (answer = resolve)) : [part(7)],
  });
  const parts = new Parts(backend);
  const first = parts.show(charge(1, { parts: 1 }));
  await parts.show(charge(2, { parts: 1 }));
  answer([part(3)]);
  await first;
  expect(parts.rows.map(({ number }) => number)).toEqual([7]);
});
