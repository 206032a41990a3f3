import type { Replies } from '../fixture-backend';
import { ACCOUNTS, ENTRIES, receipt, salesList, stray, EVM_STRAYS, STRAYS, TIMELINE } from '../fixtures/books';
import { evmChain, payment, sale, settings } from '../fixtures/sale';
import { ratesNow } from '../fixtures/rates';
import { chainStatus, downServer, liveStatus, status } from '../fixtures/status';
import { Fault } from '../../src/lib/backend/backend';

const alert = {
  alert: 3,
  at: '2026-11-21T14:40:00Z',
  kind: 'reversed',
  subject: 'inv_019a1b2c3d4e7abc8def012300000143',
  sale_number: 143,
  detail: 'block 974203 replaced',
};

const live = liveStatus({ strays_open: 2, surface: 'window' });

/** A shop in the middle of its day. */
export const busy: Replies = {
  status: () => live,
  sales_list: ({ search, states }) => salesList(search, states),
  sale_get: ({ invoice }) =>
    invoice.endsWith('145')
      ? sale({
          invoice,
          number: 145,
          state: 'paid',
          receipt_number: 105,
          may: { pay: false, cancel: false, cancel_although_seen: false, void: true, receipt: true },
        })
      : sale({ invoice, payments: [payment()], note: 'table 4' }),
  sale_timeline: () => TIMELINE,
  ledger_accounts: () => ACCOUNTS,
  ledger_entries: ({ account, currency }) => ({
    rows: ENTRIES.filter(({ postings }) =>
      postings.some(
        (each) =>
          (account === null || each.account === account) && (currency === null || each.amount.currency === currency),
      ),
    ),
    more: account === null,
  }),
  ledger_verify: () => ({ ok: true, events: 412, entries: 318, head: '9f3c77e1'.repeat(8), finding: '' }),
  strays: () => STRAYS,
  stray_assign: ({ invoice }) => stray({ state: 'assigned', assigned_to: invoice }),
  stray_credit: ({ customer }) => stray({ state: 'credited', credited_to: customer }),
  settings_get: () => ({
    ...settings(),
    bitcoin: {
      enabled: true,
      network: 'bitcoin',
      account:
        "[d34db33f/84'/0'/0']xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3rAPshWcMLoP2fMFMKHPJ4ZeZXYVUhLv1VMrjPC7PW6V",
      servers: ['electrum+tls://one.example:50002', 'electrum+tls://two.example:50002'],
    },
  }),
  rates_now: () => ratesNow(),
  settings_set: (request) => request,
  pin_status: () => ({ is_set: true, wait_seconds: 0 }),
  pin_check: () => ({ is_set: true, wait_seconds: 0 }),
  receipt: ({ print }) => receipt({ copy: print ? 1 : 0 }),
  wallet_create: ({ words }) => ({
    words: [
      'abandon',
      'ability',
      'able',
      'about',
      'above',
      'absent',
      'absorb',
      'abstract',
      'absurd',
      'abuse',
      'access',
      'zoo',
    ]
      .concat(words === 24 ? Array<string>(12).fill('mushroom') : [])
      .slice(0, words),
    ask: [2, 5, 11],
  }),
  wallet_prove: ({ answers }) => {
    if (answers[0] !== 'able') throw new Fault('bad_request', 'the words are not the ones shown');
    return settings();
  },
  wallet_import: () => settings(),
  wallet_watch: () => settings(),
};

/** The same shop after a payment was taken back. */
export const reversed: Replies = {
  ...busy,
  status: () => ({ ...live, alerts: [{ ...alert, alert: 4, kind: 'mismatch', sale_number: null }, alert] }),
};

/** The same shop in practice mode. */
export const practice: Replies = {
  ...busy,
  status: () => status({ surface: 'window' }),
  settings_get: () => settings(),
};

/** A shop that asks public sources, and takes one stablecoin at par. */
export const asking: Replies = {
  ...busy,
  settings_get: () => ({
    ...settings(),
    rates: {
      sources: ['kraken', 'coinbase', 'bitstamp', 'ecb', 'coinbase-fiat'],
      preferred: [],
      fixed: [],
      spread_percent: '0.5',
      spreads: [{ coin: 'USDC', percent: '0.1' }],
      at_par: ['USDC'],
    },
  }),
};

/** A shop that sold nothing yet. */
export const fresh: Replies = {
  ...busy,
  status: () => liveStatus(),
  sales_list: () => ({ rows: [], more: false, counts: [] }),
  ledger_accounts: () => ACCOUNTS.map((account) => ({ ...account, balances: [] })),
  ledger_entries: () => ({ rows: [], more: false }),
  strays: () => [],
  settings_get: () => ({ ...settings(), rates: { ...settings().rates, fixed: [] } }),
};

/** The owner's PIN was guessed at. */
export const guessed: Replies = {
  ...busy,
  pin_status: () => ({ is_set: true, wait_seconds: 60 }),
};

/** The very first start. */
export const first: Replies = {
  ...practice,
  status: () => status({ first_run: true, surface: 'window' }),
  setup_finish: () => status(),
};

/** Books that were tampered with. */
export const broken: Replies = {
  ...busy,
  ledger_verify: () => ({
    ok: false,
    events: 412,
    entries: 318,
    head: '9f3c77e1'.repeat(8),
    finding: 'event 207: its hash does not follow from event 206',
  }),
};

/** Coins of EVM chains that nobody asked for. */
export const strayCoins: Replies = { ...busy, strays: () => EVM_STRAYS };

/** Two EVM chains; no server of the second one answers. */
export const evmChains: Replies = {
  ...busy,
  settings_get: () => ({
    ...settings(),
    evm: [evmChain(), evmChain({ name: 'Polygon', chain_id: '137', native: 'POL', rpc: ['wss://two.example'] })],
  }),
  status: () =>
    liveStatus({
      chains: [chainStatus(), chainStatus({ name: 'Polygon', chain_id: '137', servers: [downServer] })],
    }),
};
