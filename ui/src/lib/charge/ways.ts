/** The ways to pay as the charge screen lists them: each for itself, and many coins of EVM chains behind one button. */
import type { TenderDto } from '$lib/backend';

export type Way = { tender: TenderDto } | { coins: readonly TenderDto[] };

/** So many coins of EVM chains stand among the other ways to pay; more would drown them. */
const COINS_SHOWN_MAX = 2;

/** The ways in the core's order, which has the coins of EVM chains last. */
export function waysOf(tenders: readonly TenderDto[]): Way[] {
  const coins = tenders.filter(isCoin);
  if (coins.length <= COINS_SHOWN_MAX) return tenders.map((tender) => ({ tender }));
  return [...tenders.filter((tender) => !isCoin(tender)).map((tender) => ({ tender })), { coins: readyFirst(coins) }];
}

/** Whether pressing it leads on. Coins that are all off still have their reasons to show. */
export function isReady(way: Way): boolean {
  return 'tender' in way ? way.tender.available : way.coins.some(({ available }) => available);
}

function isCoin({ method }: TenderDto): boolean {
  return method.startsWith('evm:');
}

/** The core's order, cheapest and fastest first, with those that are off at the end. */
function readyFirst(coins: TenderDto[]): TenderDto[] {
  return [...coins.filter(({ available }) => available), ...coins.filter(({ available }) => !available)];
}
