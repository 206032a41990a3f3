/** Tabs and their charges in the shop's words: why one was set aside, what to do about it, how many there are. */
import type { TroubleDto } from '$lib/backend';
import { countText } from '$lib/shell/count';
import { m } from '$words';

export interface Trouble {
  title: string;
  advice: string;
}

const TROUBLES: Record<TroubleDto, () => Trouble> = {
  declined: () => ({ title: m.tabs_declined(), advice: m.tabs_declined_advice() }),
  not_sent: () => ({ title: m.tabs_not_sent(), advice: m.tabs_not_sent_advice() }),
  unknown: () => ({ title: m.tabs_unknown(), advice: m.tabs_unknown_advice() }),
  misconfigured: () => ({ title: m.tabs_misconfigured(), advice: m.tabs_misconfigured_advice() }),
  protocol: () => ({ title: m.tabs_protocol(), advice: m.tabs_protocol_advice() }),
};

export function troubleWord(trouble: TroubleDto): Trouble {
  return TROUBLES[trouble]();
}

/** `until 12/2034`, from `2034-12`; nothing for what has no end. */
export function expiryWord(expires: string): string {
  const [year, month] = expires.split('-');
  return month === undefined ? '' : m.payer_expires({ month: `${month}/${year}` });
}

/** `Card (Stripe)`: the rail as shops know it, or by its own name. */
export function railWord(rail: string): string {
  return rail === 'stripe' ? m.tabs_rail_stripe() : rail;
}

export function tabsWord(count: number, language: string): string {
  return count === 1 ? m.tabs_tab() : m.tabs_tabs({ count: countText(count, language) });
}

export function chargesWord(count: number, language: string): string {
  return count === 1 ? m.tabs_charge() : m.tabs_charges({ count: countText(count, language) });
}

export function setAsideWord(count: number, language: string): string {
  return count === 1 ? m.tabs_set_aside_one() : m.tabs_set_aside_some({ count: countText(count, language) });
}

export function partsWord(count: number, language: string): string {
  return count === 1 ? m.tabs_part() : m.tabs_parts({ count: countText(count, language) });
}

export function chargedWord(count: number, language: string): string {
  return count === 1 ? m.tabs_charged_one() : m.tabs_charged_some({ count: countText(count, language) });
}
