/**
 * Coins of EVM chains: one coin on one chain is one currency of the core, `USDC.8453`. People say its symbol, and the
 * chain's name where the same symbol could be of two chains.
 */
import { m } from '$words';

const CHAINS = new Map([
  ['1', 'Ethereum'],
  ['10', 'Optimism'],
  ['56', 'BNB Smart Chain'],
  ['137', 'Polygon'],
  ['8453', 'Base'],
  ['42161', 'Arbitrum'],
]);
const ON_CHAIN = /^(.+)\.(\d+)$/;
const METHOD = /^evm:(\d+)\/(.+)$/;

/** The chains this screen knows by name: number (EIP-155) and name. */
export const KNOWN_CHAINS: readonly (readonly [id: string, name: string])[] = [...CHAINS];

/** What people call a chain; one without a name goes by its number. */
export function chainName(id: string): string {
  return CHAINS.get(id) ?? m.shell_chain({ id });
}

/** What people call a coin: `USDC` for `USDC.8453`; any other code as it is. */
export function symbolOf(currency: string): string {
  return ON_CHAIN.exec(currency)?.[1] ?? currency;
}

/** Whether the currency is a coin of an EVM chain. */
export function isOnChain(currency: string): boolean {
  return ON_CHAIN.test(currency);
}

/** The coin with its chain, `USDC on Base`, where coins of several chains stand beside each other. */
export function coinName(currency: string): string {
  const [, symbol, id] = ON_CHAIN.exec(currency) ?? [];
  return symbol === undefined || id === undefined ? currency : m.shell_coin_on({ symbol, chain: chainName(id) });
}

/** The coin a way to pay is about, `USDC on Base` for `evm:8453/USDC`; `null` for every other way. */
export function coinOfMethod(method: string): string | null {
  const [, id, symbol] = METHOD.exec(method) ?? [];
  return symbol === undefined || id === undefined ? null : m.shell_coin_on({ symbol, chain: chainName(id) });
}
