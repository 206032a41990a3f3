/** The ways to pay: how each looks and is called. One this screen is too old to know goes by its code. */
import Banknote from '@lucide/svelte/icons/banknote';
import Bitcoin from '@lucide/svelte/icons/bitcoin';
import Coins from '@lucide/svelte/icons/coins';
import CreditCard from '@lucide/svelte/icons/credit-card';
import Smartphone from '@lucide/svelte/icons/smartphone';
import type { Icon } from '$lib/design/icon';
import type { TenderDto } from '$lib/backend';
import { coinOfMethod } from '$lib/money';
import { m } from '$words';

export interface MethodLook {
  icon: Icon;
  word: string;
}

export function methodLook(method: string): MethodLook {
  if (method === 'cash') return { icon: Banknote, word: m.charge_cash() };
  if (method === 'bitcoin') return { icon: Bitcoin, word: m.charge_bitcoin() };
  if (method === 'card' || method === 'card_reader') return { icon: CreditCard, word: m.charge_card() };
  if (method === 'card_phone') return { icon: Smartphone, word: m.charge_card_phone() };
  return { icon: Coins, word: coinOfMethod(method) ?? method };
}

/** As `methodLook`, with the name the shop gave the chain. */
export function tenderLook({ method, chain }: TenderDto): MethodLook {
  if (chain === null) return methodLook(method);
  return { icon: Coins, word: m.shell_coin_on({ symbol: chain.symbol, chain: chain.name }) };
}
