/**
 * The EVM chains among the settings: the built-in ones that can be added, and the account that all of them share,
 * because an address is the same on every chain.
 */
import type { EvmChainDto } from '$lib/backend';
import { KNOWN_CHAINS } from '$lib/money';

/** What the own coin of a chain is called, where it is not ether. */
const NATIVE: Partial<Record<string, string>> = { '56': 'BNB', '137': 'POL' };

/** The built-in chains that are not there yet. */
export function chainsToAdd(chains: readonly EvmChainDto[]): { id: string; name: string }[] {
  return KNOWN_CHAINS.filter(([id]) => chains.every((chain) => chain.chain_id !== id)).map(([id, name]) => ({
    id,
    name,
  }));
}

/** A built-in chain as it begins: off until its servers are written, with the account of the others. */
export function newChain(id: string, name: string, chains: readonly EvmChainDto[]): EvmChainDto {
  const native = NATIVE[id] ?? 'ETH';
  return { enabled: false, name, chain_id: id, account: accountOf(chains), rpc: [], native, tokens: [] };
}

/** The account all chains share; empty when there is none yet. */
export function accountOf(chains: readonly EvmChainDto[]): string {
  return chains.find(({ account }) => account !== '')?.account ?? '';
}
