/** How far a payout is, what its lines add up and whether they do, in the shop's words. */
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CircleX from '@lucide/svelte/icons/circle-x';
import Clock from '@lucide/svelte/icons/clock';
import Truck from '@lucide/svelte/icons/truck';
import type { MoneyDto, PayoutLineKindDto, PayoutRowDto, PayoutStateDto } from '$lib/backend';
import type { Icon } from '$lib/design/icon';
import type { Tone } from '$lib/design/states';
import { Money } from '$lib/money';
import { countText } from '$lib/shell/count';
import { m } from '$words';

export interface PayoutLook {
  word: string;
  tone: Tone;
  icon: Icon;
}

const STATES: Record<PayoutStateDto, () => PayoutLook> = {
  pending: () => ({ word: m.payouts_pending(), tone: 'wait', icon: Clock }),
  in_transit: () => ({ word: m.payouts_in_transit(), tone: 'seen', icon: Truck }),
  paid: () => ({ word: m.payouts_paid(), tone: 'paid', icon: CircleCheck }),
  failed: () => ({ word: m.payouts_failed(), tone: 'bad', icon: CircleX }),
  cancelled: () => ({ word: m.payouts_cancelled(), tone: 'off', icon: CircleX }),
};

export function payoutLook(state: PayoutStateDto): PayoutLook {
  return STATES[state]();
}

const LINES: Record<PayoutLineKindDto, () => string> = {
  payment: () => m.payouts_line_payment(),
  refund: () => m.payouts_line_refund(),
  dispute: () => m.payouts_line_dispute(),
  fee: () => m.payouts_line_fee(),
  other: () => m.payouts_line_other(),
};

export function lineWord(kind: PayoutLineKindDto): string {
  return LINES[kind]();
}

/** `12 parts`; nothing is known of them where the processor lists none. */
export function partsWord(parts: number | null, language: string): string {
  if (parts === null) return m.payouts_parts_unlisted();
  return parts === 1 ? m.payouts_part() : m.payouts_parts({ count: countText(parts, language) });
}

/** `0.01 EUR too little`; empty for a payout that adds up. */
export function differenceWord({ difference }: PayoutRowDto, language: string): string {
  const { amount, isLess, isZero } = apart(difference, language);
  if (isZero) return '';
  return isLess ? m.payouts_less({ amount }) : m.payouts_over({ amount });
}

/** The same as a sentence. */
export function differenceTitle({ difference }: PayoutRowDto, language: string): string {
  const { amount, isLess } = apart(difference, language);
  return isLess ? m.payouts_less_title({ amount }) : m.payouts_over_title({ amount });
}

function apart(difference: MoneyDto, language: string) {
  const money = Money.from(difference);
  const size = money.isNegative ? Money.of(-money.minor, money.currency, money.scale) : money;
  return { amount: `${size.text(language)} ${size.currency}`, isLess: money.isNegative, isZero: money.isZero };
}

/** `23 November 2026`. Processors name the day of a bank by its midnight in UTC: elsewhere that is the evening before. */
export function bankDay(instant: string, language: string, month: 'long' | 'short' = 'long'): string {
  return new Date(instant).toLocaleDateString(language, { day: 'numeric', month, year: 'numeric', timeZone: 'UTC' });
}
