/**
 * What can be said about the settings before the core is asked: a fault beside the field it is about.
 *
 * The core checks everything again and has the last word. A field is named by its path in the settings, `shop.name` or
 * `policy.1.safe`.
 */
import type { EvmChainDto, FixedRateDto, PolicyDto, SettingsDto } from '$lib/backend';
import { isAtMost, isDecimal, isZero } from './decimal';

/** What is wrong with a field. Each has its sentence in `faults.ts`. */
export type FieldFault =
  | 'required'
  | 'decimal'
  | 'positive'
  | 'pair'
  | 'coin'
  | 'minutes'
  | 'tolerance'
  | 'percent'
  | 'spread'
  | 'confirmations'
  | 'final_below_safe'
  | 'server'
  | 'rpc'
  | 'contract'
  | 'decimals';

export type FieldFaults = ReadonlyMap<string, FieldFault>;

const QUOTE_MINUTES_MAX = 1440;
const CONFIRMATIONS_MAX = 100;
/** What an EVM chain says of its blocks, the deeper later. */
const MARKS = ['safe', 'finalized'];
const COIN = /^[A-Za-z][A-Za-z0-9]{1,9}(\.[A-Za-z0-9]+)*$/;
const SERVER = /^(electrum\+(tls|tcp)|esplora\+https?|bitcoind\+https?):\/\/\S+$/;
const RPC = /^(https?|wss?):\/\/\S+$/;
const CONTRACT = /^0x[0-9a-fA-F]{40}$/;
/** A number of 256 bits has no more digits than these. */
const DECIMALS_MAX = 77;

export function faultsOf(settings: SettingsDto): FieldFaults {
  const faults = new Map<string, FieldFault>();
  const say = (path: string, fault: FieldFault | null) => {
    if (fault !== null) faults.set(path, fault);
  };
  say('shop.name', settings.shop.name.trim() === '' ? 'required' : null);
  say('shop.quote_minutes', isWithin(settings.shop.quote_minutes, 1, QUOTE_MINUTES_MAX) ? null : 'minutes');
  say('shop.tolerance_percent', percentFault(settings.shop.tolerance_percent, 5n, 'tolerance'));
  settings.tax.rates.forEach((rate, at) => say(`tax.rates.${at}`, percentFault(rate, 100n, 'percent')));
  say('cash.smallest_coin', positiveFault(settings.cash.smallest_coin));
  settings.cash.notes.forEach((note, at) => say(`cash.notes.${at}`, positiveFault(note)));
  say('rates.spread_percent', percentFault(settings.rates.spread_percent, 20n, 'spread'));
  settings.rates.fixed.forEach((rate, at) => sayRate(say, rate, at));
  settings.rates.spreads.forEach(({ coin, percent }, at) => {
    say(`rates.spreads.${at}.coin`, COIN.test(coin.trim()) ? null : 'coin');
    say(`rates.spreads.${at}.percent`, percentFault(percent, 20n, 'spread'));
  });
  settings.policy.forEach((policy, at) => sayPolicy(say, policy, at));
  settings.bitcoin.servers.forEach((server, at) =>
    say(`bitcoin.servers.${at}`, SERVER.test(server.trim()) ? null : 'server'),
  );
  settings.evm.forEach((chain, at) => sayChain(say, chain, at));
  return faults;
}

type Say = (path: string, fault: FieldFault | null) => void;

function sayRate(say: Say, rate: FixedRateDto, at: number): void {
  say(`rates.fixed.${at}.pair`, /^[A-Za-z]{3,5}\/[A-Za-z]{3}$/.test(rate.pair.trim()) ? null : 'pair');
  say(`rates.fixed.${at}.price`, positiveFault(rate.price));
}

function sayChain(say: Say, { rpc, tokens }: EvmChainDto, at: number): void {
  rpc.forEach((server, number) => say(`evm.${at}.rpc.${number}`, RPC.test(server.trim()) ? null : 'rpc'));
  tokens.forEach(({ symbol, address, decimals }, number) => {
    const token = `evm.${at}.tokens.${number}`;
    say(`${token}.symbol`, symbol.trim() === '' ? 'required' : null);
    say(`${token}.address`, CONTRACT.test(address.trim()) ? null : 'contract');
    say(`${token}.decimals`, isWithin(decimals, 0, DECIMALS_MAX) ? null : 'decimals');
  });
}

function sayPolicy(say: Say, policy: PolicyDto, at: number): void {
  say(`policy.${at}.up_to`, policy.up_to === null ? null : positiveFault(policy.up_to));
  const [safe, final] = [depthOf(policy.safe), depthOf(policy.final)];
  say(`policy.${at}.safe`, safe === null ? 'confirmations' : null);
  const finalIsSensible = final !== null && final >= Math.max(safe ?? 0, 1);
  say(`policy.${at}.final`, finalIsSensible ? null : 'final_below_safe');
}

/** How deep a rule asks a payment to be; the network's own words are deeper than any count. */
function depthOf(typed: string): number | null {
  const mark = MARKS.indexOf(typed.trim());
  if (mark >= 0) return CONFIRMATIONS_MAX + 1 + mark;
  const blocks = /^\d{1,4}$/.test(typed.trim()) ? Number.parseInt(typed, 10) : -1;
  return isWithin(blocks, 0, CONFIRMATIONS_MAX) ? blocks : null;
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function percentFault(typed: string, limit: bigint, fault: FieldFault): FieldFault | null {
  if (!isDecimal(typed)) return 'decimal';
  return isAtMost(typed, limit) ? null : fault;
}

function positiveFault(typed: string): FieldFault | null {
  if (!isDecimal(typed)) return 'decimal';
  return isZero(typed) ? 'positive' : null;
}
