import { expect, test } from 'vitest';
import { Fault, type SettingsDto } from '$lib/backend';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { evmChain, settings } from '../../../tests/fixtures/sale';
import { isAtMost, isDecimal, typedOf, wireOf } from './decimal';
import { chainsToAdd, newChain } from './evm';
import { faultsOf } from './rules';
import { sectionOf, SECTIONS, sectionsWith } from './sections';
import { fieldNamedIn, SettingsForm } from './settings-form.svelte';

async function open(replies: Replies = {}, language = 'en') {
  const backend = new FixtureBackend({
    settings_get: () => settings(),
    settings_set: (request) => request,
    ...replies,
  });
  return { backend, form: await SettingsForm.read(backend, () => language) };
}

/** The faults of settings that are right but for one change. */
function faultsAfter(change: (settings: SettingsDto) => void): [string, string][] {
  const changed = settings();
  change(changed);
  return [...faultsOf(changed)];
}

test('settings as the core gives them have no fault and no change', async () => {
  const { form } = await open();
  expect([...form.faults]).toEqual([]);
  expect(form.isChanged).toBe(false);
});

test('decimals wear the mark of the language in the field and a point on the wire', async () => {
  const { backend, form } = await open({}, 'de');
  expect(form.draft.rates.fixed[0]?.price).toBe('58000,00');
  expect(form.isChanged).toBe(false);
  form.draft.rates.fixed[0]!.price = '59000,5';
  expect(form.isChanged).toBe(true);
  expect(await form.save()).toBe(true);
  const [, sent] = backend.calls;
  expect((sent?.request as SettingsDto).rates.fixed[0]?.price).toBe('59000.5');
});

test('each wrong value is a fault at its field', () => {
  expect(faultsAfter(({ shop }) => (shop.name = ' '))).toEqual([['shop.name', 'required']]);
  expect(faultsAfter(({ shop }) => (shop.quote_minutes = 1441))).toEqual([['shop.quote_minutes', 'minutes']]);
  expect(faultsAfter(({ shop }) => (shop.tolerance_percent = '5.01'))).toEqual([
    ['shop.tolerance_percent', 'tolerance'],
  ]);
  expect(faultsAfter(({ tax }) => tax.rates.push('20 %'))).toEqual([['tax.rates.3', 'decimal']]);
  expect(faultsAfter(({ cash }) => (cash.smallest_coin = '0.00'))).toEqual([['cash.smallest_coin', 'positive']]);
  expect(faultsAfter(({ rates }) => (rates.spread_percent = '21'))).toEqual([['rates.spread_percent', 'spread']]);
  expect(faultsAfter(({ rates }) => rates.fixed.push({ pair: 'BTC', price: '1e5' }))).toEqual([
    ['rates.fixed.1.pair', 'pair'],
    ['rates.fixed.1.price', 'decimal'],
  ]);
  expect(faultsAfter(({ policy }) => policy.push({ rail: 'bitcoin', up_to: null, safe: '3', final: '2' }))).toEqual([
    ['policy.1.final', 'final_below_safe'],
  ]);
  expect(
    faultsAfter(({ policy }) => policy.push({ rail: 'evm:8453', up_to: null, safe: 'safe', final: '99' })),
  ).toEqual([['policy.1.final', 'final_below_safe']]);
  expect(faultsAfter(({ policy }) => policy.push({ rail: 'evm', up_to: null, safe: '2', final: 'finalized' }))).toEqual(
    [],
  );
  expect(faultsAfter(({ policy }) => policy.push({ rail: 'bitcoin', up_to: '', safe: '-1', final: '1' }))).toEqual([
    ['policy.1.up_to', 'decimal'],
    ['policy.1.safe', 'confirmations'],
  ]);
  expect(faultsAfter(({ bitcoin }) => bitcoin.servers.push('one.example:50002'))).toEqual([
    ['bitcoin.servers.0', 'server'],
  ]);
});

test('a faulty draft is not sent, and its faults are quiet until the owner saves', async () => {
  const { backend, form } = await open();
  form.draft.shop.name = '';
  expect(form.tried).toBe(false);
  expect(await form.save()).toBe(false);
  expect(form.tried).toBe(true);
  expect(backend.count('settings_set')).toBe(0);
  form.undo();
  expect(form.draft.shop.name).toBe('Corner Café');
  expect(form.tried).toBe(false);
});

test('a refusal of the core keeps the draft and names its field', async () => {
  const { form } = await open({
    settings_set: () => {
      throw new Fault('bad_request', 'rail.bitcoin.account: this xpub is for another network');
    },
  });
  form.draft.bitcoin.account = 'xpub';
  expect(await form.save()).toBe(false);
  expect(form.refusedField).toBe('bitcoin.account');
  expect(form.draft.bitcoin.account).toBe('xpub');
  expect(form.isChanged).toBe(true);
});

test('a refusal is understood in the words of the settings file', () => {
  expect(fieldNamedIn('rail.bitcoin.servers.2: no port', [])).toBe('bitcoin.servers.1');
  expect(fieldNamedIn('policy.1.safe: at most 100', [])).toBe('policy.0.safe');
  expect(fieldNamedIn('rates.fixed.BTC/CHF: above zero', ['BTC/EUR', 'BTC/CHF'])).toBe('rates.fixed.1.pair');
  expect(fieldNamedIn('the disk is full: nothing was recorded', [])).toBe('');
});

test('what the owner types is never overwritten by a change elsewhere', async () => {
  const { backend, form } = await open();
  form.draft.shop.name = 'Corner';
  await form.reread();
  expect(backend.count('settings_get')).toBe(1);
  form.undo();
  await form.reread();
  expect(backend.count('settings_get')).toBe(2);
});

test('that it was saved is still said after the change came back', async () => {
  const { form } = await open();
  form.draft.shop.name = 'Corner';
  await form.save();
  await form.reread();
  expect(form.saved).toBe(true);
  form.undo();
  expect(form.saved).toBe(false);
});

/** A core whose settings somebody else changed after they were shown; it takes a change made from the new ones. */
function changedMeanwhile(change: (settings: SettingsDto) => void): Replies {
  const theirs = { ...settings(), revision: 'b2' };
  change(theirs);
  let shown = settings();
  return {
    settings_get: () => {
      const before = shown;
      shown = theirs;
      return before;
    },
    settings_set: (request) => {
      if (request.revision !== 'b2') throw new Fault('settings_changed', 'the settings changed meanwhile');
      return { ...request, revision: 'c3' };
    },
  };
}

test('settings that changed meanwhile are shown again, with what was typed on top, and then saved', async () => {
  const { backend, form } = await open(
    changedMeanwhile(({ shop, rates }) => {
      shop.receipt_footer = 'Come again';
      rates.fixed = [{ pair: 'BTC/EUR', price: '61000.00' }];
    }),
    'de',
  );
  form.draft.shop.name = 'Corner';
  form.draft.shop.tolerance_percent = '1,5';
  expect(await form.save()).toBe(false);
  expect(form.fault?.code).toBe('settings_changed');
  expect(form.draft.shop).toMatchObject({ name: 'Corner', tolerance_percent: '1,5', receipt_footer: 'Come again' });
  expect(form.draft.rates.fixed[0]?.price).toBe('61000,00');
  expect(form.isChanged).toBe(true);
  expect(await form.save()).toBe(true);
  expect(form.fault).toBe(null);
  expect(backend.calls.at(-1)?.request).toMatchObject({
    revision: 'b2',
    shop: { name: 'Corner', receipt_footer: 'Come again' },
    rates: { fixed: [{ price: '61000.00' }] },
  });
});

test('amounts typed in a currency that is no more are not kept', async () => {
  const { form } = await open(
    changedMeanwhile(({ shop, cash, policy }) => {
      shop.currency = 'CHF';
      cash.notes = ['10', '20'];
      policy.length = 0;
    }),
  );
  form.draft.shop.name = 'Corner';
  form.draft.cash.notes.push('500');
  expect(await form.save()).toBe(false);
  expect(form.draft.shop).toMatchObject({ name: 'Corner', currency: 'CHF' });
  expect(form.draft.cash.notes).toEqual(['10', '20']);
  expect(form.draft.policy).toEqual([]);
});

test('bitcoin without a rate for the currency of the shop says so', async () => {
  const { form } = await open();
  expect(form.lacksRate).toBe(false);
  form.draft.shop.currency = 'CHF';
  expect(form.lacksRate).toBe(true);
  expect(form.ratePair).toBe('BTC/CHF');
  form.draft.rates.fixed.push({ pair: 'btc/chf', price: '1' });
  expect(form.lacksRate).toBe(false);
  form.draft.rates.fixed.pop();
  form.draft.rates.sources = ['kraken'];
  expect(form.lacksRate).toBe(false);
});

test('sections are found by the words in them and by the field they hold', () => {
  expect(sectionsWith('elect')).toEqual(['bitcoin']);
  expect(sectionsWith('')).toHaveLength(SECTIONS.length);
  expect(sectionOf('shop.tolerance_percent')).toBe('quote');
  expect(sectionOf('policy.1.safe')).toBe('policy');
  expect(sectionOf('cash.notes.2')).toBe('cash');
});

test('decimals are compared digit by digit', () => {
  expect(isAtMost('5.000', 5n)).toBe(true);
  expect(isAtMost('5,0001', 5n)).toBe(false);
  expect(isAtMost('4.9999999999', 5n)).toBe(true);
  expect(isDecimal('1.234,5')).toBe(false);
  expect(isDecimal('-1')).toBe(false);
  expect(typedOf('0.05', 'de')).toBe('0,05');
  expect(wireOf(' 0,05 ')).toBe('0.05');
});

test('what is wrong with a chain stands beside its server or token', () => {
  const token = { symbol: '', address: '0x1234', decimals: 78 };
  const wrong = { rpc: ['https://one.example', 'one.example'], tokens: [token] };
  expect(faultsAfter((changed) => changed.evm.push(evmChain(wrong)))).toEqual([
    ['evm.0.rpc.1', 'rpc'],
    ['evm.0.tokens.0.symbol', 'required'],
    ['evm.0.tokens.0.address', 'contract'],
    ['evm.0.tokens.0.decimals', 'decimals'],
  ]);
  expect(faultsAfter((changed) => changed.evm.push(evmChain()))).toEqual([]);
  expect(fieldNamedIn('rail.evm.1.rpc.2: this server stands here twice', [])).toBe('evm.0.rpc.1');
  expect(sectionOf('evm.0.rpc.1')).toBe('evm');
});

test('a chain that is added begins switched off, with the account of the others', () => {
  const chains = [evmChain({ account: 'xpub6C' })];
  expect(chainsToAdd(chains).map(({ name }) => name)).not.toContain('Base');
  expect(chainsToAdd(chains)).toHaveLength(5);
  expect(newChain('137', 'Polygon', chains)).toMatchObject({ enabled: false, native: 'POL', account: 'xpub6C' });
});
