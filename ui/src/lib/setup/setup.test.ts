import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Fault } from '$lib/backend';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { settings } from '../../../tests/fixtures/sale';
import { liveStatus, status } from '../../../tests/fixtures/status';
import { currenciesIn, findCurrencies } from './currencies';
import { FirstRun } from './first-run.svelte';
import { HIDDEN_MS_MAX, Wallet } from './wallet.svelte';

const WORDS = [
  'able',
  'baker',
  'cable',
  'daisy',
  'eager',
  'fable',
  'gable',
  'habit',
  'icon',
  'jacket',
  'kite',
  'label',
];
const wallet: Replies = {
  wallet_create: () => ({ words: WORDS, ask: [1, 4, 11] }),
  wallet_prove: ({ answers }) => {
    if (answers.join(' ') !== 'baker eager label') throw new Fault('bad_request', 'these are not the words');
    return { ...settings(), bitcoin: { ...settings().bitcoin, account: 'xpub' } };
  },
  wallet_import: () => settings(),
  wallet_watch: () => settings(),
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('practice is three answers and one command', async () => {
  const backend = new FixtureBackend({ setup_finish: () => status() });
  const run = new FirstRun(backend, 'practice');
  run.next();
  expect([run.step, run.lacksName]).toEqual(['shop', true]);
  run.shopName = ' Corner Café ';
  run.next();
  run.currency = 'CHF';
  run.next();
  expect(run.step).toBe('money');
  expect(run.isLast).toBe(true);
  expect(await run.finish()).not.toBeNull();
  expect(backend.calls).toEqual([
    { name: 'setup_finish', request: { shop_name: 'Corner Café', currency: 'CHF', language: 'en' } },
  ]);
});

test('the other mode is set up too, unless it was before', async () => {
  const replies: Replies = { setup_finish: () => status(), mode_switch: () => liveStatus({ first_run: true }) };
  const backend = new FixtureBackend(replies);
  const run = new FirstRun(backend, 'practice');
  run.shopName = 'Corner';
  run.start = 'bitcoin';
  await run.finish();
  expect(backend.calls.map(({ name }) => name)).toEqual(['setup_finish', 'mode_switch', 'setup_finish']);
  expect(backend.calls[1]?.request).toEqual({ mode: 'live' });

  const known = new FixtureBackend({ ...replies, mode_switch: () => status() });
  const again = new FirstRun(known, 'live');
  again.start = 'practice';
  await again.finish();
  expect(known.calls.map(({ name }) => name)).toEqual(['setup_finish', 'mode_switch']);
});

test('a live till proposes bitcoin, and stays live with it', async () => {
  const backend = new FixtureBackend({ setup_finish: () => liveStatus() });
  const run = new FirstRun(backend, 'live');
  expect(run.start).toBe('bitcoin');
  await run.finish();
  expect(backend.count('mode_switch')).toBe(0);
});

test('a sandbox is not asked how to begin, and stays one', async () => {
  const backend = new FixtureBackend({ setup_finish: () => status({ mode: 'sandbox' }) });
  const run = new FirstRun(backend, 'sandbox');
  run.shopName = 'Corner';
  run.next();
  expect([run.step, run.isLast]).toEqual(['currency', true]);
  await run.finish();
  expect(backend.count('mode_switch')).toBe(0);
});

test('going back keeps the answers', () => {
  const run = new FirstRun(new FixtureBackend(), 'practice');
  run.shopName = 'Corner';
  run.next();
  run.currency = 'CHF';
  run.back();
  run.back();
  expect([run.step, run.shopName, run.currency]).toEqual(['shop', 'Corner', 'CHF']);
});

test('a double press finishes once, a refused one may be tried again', async () => {
  let isUp = false;
  const backend = new FixtureBackend({
    setup_finish: () => {
      if (!isUp) throw new Fault('storage', 'the disk is full');
      return status();
    },
  });
  const run = new FirstRun(backend, 'practice');
  await expect(run.finish()).rejects.toBeInstanceOf(Fault);
  isUp = true;
  const [first, second] = await Promise.all([run.finish(), run.finish()]);
  expect(first).not.toBeNull();
  expect(second).toBeNull();
});

test('new words are shown once, asked back, and then gone', async () => {
  const backend = new FixtureBackend(wallet);
  const fresh = new Wallet(backend);
  await fresh.create(12);
  expect(fresh.words).toEqual(WORDS);
  fresh.wroteThemDown();
  expect(fresh.words).toEqual([]);

  fresh.answers = ['baker', 'eager', 'wrong'];
  await fresh.prove();
  expect([fresh.step, fresh.wrongProof]).toEqual(['proof', true]);
  fresh.answers = ['baker', 'eager', 'label'];
  await fresh.prove();
  expect([fresh.step, fresh.account]).toEqual(['done', 'xpub']);
  expect([fresh.words, fresh.answers, fresh.typed]).toEqual([[], [], '']);
});

test('an unanswered proof is not sent', async () => {
  const backend = new FixtureBackend(wallet);
  const fresh = new Wallet(backend);
  await fresh.create(12);
  fresh.wroteThemDown();
  fresh.answers = ['baker', '', 'label'];
  await fresh.prove();
  expect(backend.count('wallet_prove')).toBe(0);
});

test('words behind another window for a minute are put away', async () => {
  const fresh = new Wallet(new FixtureBackend(wallet));
  await fresh.create(12);
  fresh.hidden(true);
  vi.advanceTimersByTime(HIDDEN_MS_MAX - 1);
  expect(fresh.words).toHaveLength(12);
  vi.advanceTimersByTime(1);
  expect([fresh.step, fresh.words, fresh.asked, fresh.wasHidden]).toEqual(['choose', [], [], true]);
});

test('coming back within the minute keeps the words', async () => {
  const fresh = new Wallet(new FixtureBackend(wallet));
  await fresh.create(12);
  fresh.hidden(true);
  vi.advanceTimersByTime(HIDDEN_MS_MAX / 2);
  fresh.hidden(false);
  vi.advanceTimersByTime(HIDDEN_MS_MAX * 2);
  expect(fresh.words).toHaveLength(12);
});

test('typed words leave with the screen', () => {
  const own = new Wallet(new FixtureBackend(wallet));
  own.choose('import');
  own.typed = WORDS.join(' ');
  own.forget();
  expect(own.typed).toBe('');
});

test('only 12 or 24 words are sent', async () => {
  const backend = new FixtureBackend(wallet);
  const own = new Wallet(backend);
  own.choose('import');
  own.typed = WORDS.slice(1).join(' ');
  await own.importWords();
  expect(backend.count('wallet_import')).toBe(0);
  own.typed = ` ${WORDS.join('\n')} `;
  await own.importWords();
  expect([own.step, own.typed]).toEqual(['done', '']);
});

test('every currency has a name, the usual ones first, found by code or name', () => {
  const all = currenciesIn('en');
  expect(all.length).toBeGreaterThan(150);
  expect(all.slice(0, 2).map(({ code }) => code)).toEqual(['EUR', 'USD']);
  expect(findCurrencies(all, 'chf').map(({ code }) => code)).toEqual(['CHF']);
  expect(findCurrencies(all, 'yen').map(({ code }) => code)).toContain('JPY');
  expect(findCurrencies(all, 'gold pieces')).toEqual([]);
  expect(findCurrencies(currenciesIn('de'), 'franken')[0]?.code).toBe('CHF');
});
