/** Between the settings as the core keeps them and the draft in the fields: decimals wear the mark of the language. */
import type { EvmChainDto, SettingsDto } from '$lib/backend';
import { typedOf, wireOf } from './decimal';

/** A copy to edit, its decimals as this language writes them. */
export function draftOf(settings: SettingsDto, language: string): SettingsDto {
  return withDecimals(settings, (text) => typedOf(text, language));
}

/** What is sent: decimals with a point, blanks around texts gone. */
export function requestOf(draft: SettingsDto): SettingsDto {
  const request = withDecimals(draft, wireOf);
  request.shop.name = request.shop.name.trim();
  request.bitcoin.account = request.bitcoin.account.trim();
  request.bitcoin.servers = request.bitcoin.servers.map((server) => server.trim());
  request.evm = request.evm.map(chainRequestOf);
  for (const rate of request.rates.fixed) rate.pair = rate.pair.trim().toUpperCase();
  for (const spread of request.rates.spreads) spread.coin = spread.coin.trim().toUpperCase();
  return request;
}

function chainRequestOf(chain: EvmChainDto): EvmChainDto {
  const tokens = chain.tokens.map((token) => ({
    ...token,
    symbol: token.symbol.trim(),
    address: token.address.trim(),
  }));
  return { ...chain, account: chain.account.trim(), rpc: chain.rpc.map((server) => server.trim()), tokens };
}

/** How the address of a server looks, for who never wrote one. */
export const SERVER_EXAMPLE = 'electrum+tls://example.org:50002';

/** Where the fixed rate for the pair stands, or -1. */
export function rateAt(settings: SettingsDto, pair: string): number {
  return settings.rates.fixed.findIndex((rate) => rate.pair.trim().toUpperCase() === pair);
}

function withDecimals(settings: SettingsDto, change: (text: string) => string): SettingsDto {
  const { revision, shop, tax, cash, rates, policy, bitcoin, evm, stripe } = settings;
  return {
    revision,
    shop: { ...shop, tolerance_percent: change(shop.tolerance_percent) },
    tax: { ...tax, rates: tax.rates.map(change) },
    cash: { ...cash, smallest_coin: change(cash.smallest_coin), notes: cash.notes.map(change) },
    rates: {
      sources: [...rates.sources],
      preferred: [...rates.preferred],
      fixed: rates.fixed.map((rate) => ({ ...rate, price: change(rate.price) })),
      spread_percent: change(rates.spread_percent),
      spreads: rates.spreads.map((spread) => ({ ...spread, percent: change(spread.percent) })),
      at_par: [...rates.at_par],
    },
    policy: policy.map((rule) => ({ ...rule, up_to: rule.up_to === null ? null : change(rule.up_to) })),
    bitcoin: { ...bitcoin, servers: [...bitcoin.servers] },
    evm: evm.map((chain) => ({ ...chain, rpc: [...chain.rpc], tokens: chain.tokens.map((token) => ({ ...token })) })),
    stripe: { ...stripe },
  };
}
