import { beforeEach, expect, test } from 'vitest';
import { type ChainStatusDto, Fault } from '$lib/backend';
import { language } from '$words';
import { FixtureBackend } from '../../../tests/fixture-backend';
import { chainStatus, downServer, liveStatus, status } from '../../../tests/fixtures/status';
import { stripItems } from './strip';
import { Till } from './till.svelte';

beforeEach(() => (location.hash = ''));

test('a till that was never set up shows the first run', async () => {
  const till = new Till(new FixtureBackend({ status: () => status({ first_run: true }) }));
  await till.refresh();
  expect(till.router.now.name).toBe('setup');
});

test('the language follows the shop', async () => {
  const till = new Till(new FixtureBackend({ status: () => status({ language: 'de' }) }));
  await till.refresh();
  expect(language.now).toBe('de');
  language.choose('en');
});

test('a refusal stands on the screen until something succeeds', async () => {
  const till = new Till(new FixtureBackend());
  const refused = await till.attempt(() => Promise.reject(new Fault('storage', 'full')));
  expect(refused).toBe(null);
  expect(till.fault?.code).toBe('storage');
  await till.attempt(() => Promise.resolve(1));
  expect(till.fault).toBe(null);
});

test('a till that broke stays broken, whatever else is asked', async () => {
  let works = true;
  const backend = new FixtureBackend({
    status: () => {
      if (!works) throw new Fault('broken', 'the bookkeeper failed');
      return status();
    },
  });
  const till = new Till(backend);
  const stop = till.start();
  await expect.poll(() => till.status).not.toBe(null);
  works = false;
  backend.change('everything');
  await expect.poll(() => till.broken?.detail).toBe('the bookkeeper failed');
  works = true;
  await till.attempt(() => Promise.resolve(1));
  expect(till.broken?.code).toBe('broken');
  stop();
});

test('many codes in a row that nobody paid are told in the strip', () => {
  const { bitcoin } = liveStatus();
  const notices = [{ kind: 'unpaid_in_a_row', count: 17, limit: 20 }];
  const items = stripItems(liveStatus({ bitcoin: { ...bitcoin, notices } }), 'connected');
  expect(items).toContainEqual({ kind: 'unpaid', text: '17 codes unpaid', warn: true });
  language.choose('de');
  const german = stripItems(liveStatus({ bitcoin: { ...bitcoin, notices } }), 'connected');
  expect(german.map(({ text }) => text)).toContain('17 Codes unbezahlt');
  language.choose('en');
  expect(stripItems(liveStatus(), 'connected').some(({ kind }) => kind === 'unpaid')).toBe(false);
});

test('a clock that is behind the books is told in the strip', () => {
  const items = stripItems(status({ clock_is_behind: true }), 'connected');
  expect(items).toContainEqual({ kind: 'clock', text: 'Clock is wrong', warn: true });
  expect(stripItems(status(), 'connected').some(({ kind }) => kind === 'clock')).toBe(false);
});

test('reading on does not put away what a deed was refused for', async () => {
  const till = new Till(new FixtureBackend());
  await till.attempt(() => Promise.reject(new Fault('not_now', 'paid already')));
  await till.read('status', {});
  expect(till.fault?.code).toBe('not_now');
});

test('a reading that failed is put away by the next one', async () => {
  let full = true;
  const till = new Till(
    new FixtureBackend({
      ledger_accounts: () => {
        if (full) throw new Fault('storage', 'full');
        return [];
      },
    }),
  );
  expect(await till.read('ledger_accounts', {})).toBe(null);
  expect(till.fault?.code).toBe('storage');
  full = false;
  await till.read('ledger_accounts', {});
  expect(till.fault).toBe(null);
});

test('a till found again is asked how it is', async () => {
  const backend = new FixtureBackend();
  const till = new Till(backend);
  const stop = till.start();
  await expect.poll(() => till.status).not.toBe(null);
  backend.connect('no_till');
  expect(till.connection).toBe('no_till');
  const asked = backend.count('status');
  backend.connect('connected');
  expect(backend.count('status')).toBe(asked + 1);
  stop();
});

test('a thousand changes at once are one or two readings of the status', async () => {
  const backend = new FixtureBackend();
  const till = new Till(backend);
  const stop = till.start();
  for (let change = 0; change < 1_000; change += 1) backend.change('status');
  await till.refresh();
  expect(backend.count('status')).toBe(2);
  stop();
});

test('a sale is read again only for its own changes', () => {
  const backend = new FixtureBackend();
  const till = new Till(backend);
  let reads = 0;
  till.watchSale('inv_1', () => (reads += 1));
  backend.change('sale', 'inv_2');
  backend.change('status');
  expect(reads).toBe(0);
  backend.change('sale', 'inv_1');
  backend.change('everything');
  expect(reads).toBe(2);
});

test('the strip is quiet when all is well, and warns of what is not', () => {
  expect(stripItems(liveStatus(), 'connected').filter(({ warn }) => warn)).toEqual([]);
  const ill = liveStatus({
    keyring: 'locked',
    ledger: { ok: false, problem: 'entry 12', events: 12, head: '' },
    bitcoin: { ...liveStatus().bitcoin, servers: [{ address: 'a', up: false, problem: 'timed out' }] },
  });
  expect(stripItems(ill, 'no_till').map(({ kind, warn }) => `${kind} ${warn}`)).toEqual([
    'lost true',
    'tip false',
    'servers true',
    'ledger_bad true',
    'keyring true',
  ]);
});

test('the strip counts EVM chains, and names the one whose servers are down', () => {
  const chain = (name: string, up: boolean) => chainStatus({ name, servers: [{ ...downServer, up }] });
  const textOf = (...chains: ChainStatusDto[]) =>
    stripItems(liveStatus({ chains }), 'connected').find(({ kind }) => kind === 'chains')?.text;
  expect(textOf()).toBeUndefined();
  expect(textOf(chain('Base', true), chain('Polygon', true))).toBe('2 EVM chains');
  expect(textOf(chain('Base', true), chain('Polygon', false))).toBe('No server: Polygon');
  expect(textOf({ ...chain('Base', false), enabled: false })).toBeUndefined();
});
