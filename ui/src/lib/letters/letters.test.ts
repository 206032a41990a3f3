import { expect, test } from 'vitest';
import { Fault, type DeadLettersRequest, type OutcomeDto } from '$lib/backend';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { cardLetter, letter } from '../../../tests/fixtures/letters';
import { keyOf, Letters, PAGE_LETTERS } from './letters.svelte';
import { causeOf } from './words';

const TAKEN: OutcomeDto = { outcome: 'accepted', payment: 'pay_1' };
const NO_RATE: OutcomeDto = { outcome: 'dead_letter', reason: 'no rate from USD to EUR' };

/** Books in which these letters lie until they are tried with success. */
function books(count: number, outcome: (number: number) => OutcomeDto): Replies {
  let lying = Array.from({ length: count }, (_, at) => letter(at + 1));
  return {
    dead_letters: ({ after, limit }: DeadLettersRequest) => {
      const rest = lying.filter(({ number }) => number > after);
      return { rows: rest.slice(0, limit), more: rest.length > limit, open: lying.length };
    },
    dead_letter_retry: ({ number }) => {
      const came = outcome(number);
      if (came.payment !== undefined) lying = lying.filter((other) => other.number !== number);
      return came;
    },
  };
}

test('thousands are read a page at a time, oldest first, none twice', async () => {
  const letters = new Letters(new FixtureBackend(books(2 * PAGE_LETTERS + 5, () => TAKEN)));
  await letters.read();
  expect([letters.rows.length, letters.more, letters.open]).toEqual([PAGE_LETTERS, true, 405]);
  await letters.readMore();
  await letters.readMore();
  expect(letters.more).toBe(false);
  expect(letters.rows.map(({ number }) => number)).toEqual(Array.from({ length: 405 }, (_, at) => at + 1));
});

test('reading again shows as many as were shown', async () => {
  const letters = new Letters(new FixtureBackend(books(3 * PAGE_LETTERS, () => TAKEN)));
  await letters.read();
  await letters.readMore();
  await letters.read();
  expect(letters.rows).toHaveLength(2 * PAGE_LETTERS);
});

test('one that is taken leaves the list', async () => {
  const letters = new Letters(new FixtureBackend(books(2, () => TAKEN)));
  await letters.read();
  await letters.retry(letters.rows[0]!);
  expect(letters.rows.map(({ number }) => number)).toEqual([2]);
  expect(letters.told).toMatchObject({ isTaken: true });
});

test('one that somebody else had taken meanwhile counts as taken', async () => {
  const letters = new Letters(new FixtureBackend(books(1, () => ({ outcome: 'duplicate', payment: 'pay_1' }))));
  await letters.read();
  await letters.retry(letters.rows[0]!);
  expect(letters.told?.isTaken).toBe(true);
  expect(letters.open).toBe(0);
});

test('one that still can not be taken stays and says why', async () => {
  const letters = new Letters(new FixtureBackend(books(1, () => NO_RATE)));
  await letters.read();
  await letters.retry(letters.rows[0]!);
  expect(letters.rows).toHaveLength(1);
  expect(letters.told).toMatchObject({ isTaken: false, reason: 'no rate from USD to EUR' });
});

test('all are tried once, over all pages, and it is said what became of them', async () => {
  const count = PAGE_LETTERS + 50;
  const backend = new FixtureBackend(books(count, (number) => (number % 10 === 0 ? NO_RATE : TAKEN)));
  const letters = new Letters(backend);
  await letters.read();
  await letters.retryAll();
  expect(letters.ended).toEqual({ tried: count, of: count, taken: 225, isWhole: true });
  expect(letters.rows).toHaveLength(25);
  expect(backend.count('dead_letter_retry')).toBe(count);
});

test('letters that come while all are tried do not keep it going', async () => {
  const backend = new FixtureBackend({
    dead_letters: ({ after }) => ({ rows: [letter(after + 1)], more: true, open: 3 }),
    dead_letter_retry: () => NO_RATE,
  });
  const letters = new Letters(backend);
  await letters.read();
  await letters.retryAll();
  expect(letters.ended).toEqual({ tried: 3, of: 3, taken: 0, isWhole: true });
  expect(backend.count('dead_letter_retry')).toBe(3);
});

test('trying all is stopped after those under way', async () => {
  const backend: FixtureBackend = new FixtureBackend(
    books(20, (number) => {
      if (number === 9) letters.stop();
      return TAKEN;
    }),
  );
  const letters = new Letters(backend);
  await letters.read();
  await letters.retryAll();
  expect(letters.ended).toEqual({ tried: 16, of: 20, taken: 16, isWhole: false });
  expect(letters.rows).toHaveLength(4);
});

test('a till that falls silent ends it, and it is told how far it came', async () => {
  const backend = new FixtureBackend(
    books(10, (number) => {
      if (number === 3) throw new Fault('unreachable', 'no answer');
      return TAKEN;
    }),
  );
  const letters = new Letters(backend);
  await letters.read();
  await letters.retryAll();
  expect(letters.ended).toEqual({ tried: 7, of: 10, taken: 7, isWhole: false });
  expect(letters.fault?.code).toBe('unreachable');
  expect(letters.isIdle).toBe(true);
});

test('only one thing is tried at a time', async () => {
  const backend = new FixtureBackend(books(3, () => TAKEN));
  const letters = new Letters(backend);
  await letters.read();
  await Promise.all([letters.retry(letters.rows[0]!), letters.retry(letters.rows[1]!), letters.retryAll()]);
  expect(backend.count('dead_letter_retry')).toBe(1);
});

test('what can not be read is said, and put away by the next reading', async () => {
  let works = false;
  const letters = new Letters(
    new FixtureBackend({
      dead_letters: () => {
        if (!works) throw new Fault('storage', 'full');
        return { rows: [], more: false, open: 0 };
      },
    }),
  );
  await letters.read();
  expect(letters.fault?.code).toBe('storage');
  works = true;
  await letters.read();
  expect(letters.fault).toBe(null);
});

test('a cause is told in the shop’s words, with the place to put it right', () => {
  expect(causeOf(letter(1), 'EUR')).toEqual({
    title: 'There is no exchange rate USD → EUR',
    advice: 'Set what one USD is worth in EUR, then try again.',
    place: { screen: 'settings', section: 'rates' },
  });
  expect(causeOf(cardLetter(1), 'EUR').place).toBe(null);
  expect(keyOf(letter(7))).toBe('instruction-7');
});
