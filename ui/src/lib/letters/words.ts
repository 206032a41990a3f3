/** Why something could not be carried out, what to do about it, and where. */
import type { DeadLetterCauseDto, DeadLetterDto } from '$lib/backend';
import { m } from '$words';

export interface Cause {
  title: string;
  advice: string;
  /** Where it is put right, if there is such a place. */
  place: Place | null;
}

export type Place = { screen: 'settings'; section: string } | { screen: 'tabs' };

const settings = (section: string): Place => ({ screen: 'settings', section });

/** What a letter's cause is about, in the till's currency. */
export function causeOf(letter: DeadLetterDto, currency: string): Cause {
  return CAUSES[letter.cause](letter, currency);
}

const CAUSES: Record<DeadLetterCauseDto, (letter: DeadLetterDto, currency: string) => Cause> = {
  no_rate: ({ amount }, currency) => ({
    title: m.letters_no_rate({ pair: `${amount.currency} → ${currency}` }),
    advice: m.letters_no_rate_advice({ from: amount.currency, to: currency }),
    place: settings('rates'),
  }),
  cash_off: () => ({ title: m.letters_cash_off(), advice: m.letters_cash_off_advice(), place: settings('cash') }),
  rail_unusable: ({ instruction }) => ({
    title: m.letters_rail_unusable({ way: wayWord(instruction.method) }),
    advice: m.letters_rail_unusable_advice(),
    place: instruction.method === 'bitcoin' ? settings('bitcoin') : null,
  }),
  tab_closed: () => ({
    title: m.letters_tab_closed(),
    advice: m.letters_tab_closed_advice(),
    place: { screen: 'tabs' },
  }),
  currency_not_taken: ({ amount, instruction }) => ({
    title: m.letters_currency_not_taken({ way: wayWord(instruction.method), currency: amount.currency }),
    advice: m.letters_currency_not_taken_advice(),
    place: null,
  }),
  other: () => ({ title: m.letters_other(), advice: m.letters_other_advice(), place: null }),
};

/** `Card`: the method as shops know it, or by its own name. */
export function wayWord(method: string): string {
  const words: Record<string, () => string> = {
    cash: () => m.letters_way_cash(),
    card: () => m.letters_way_card(),
    bitcoin: () => m.letters_way_bitcoin(),
  };
  return words[method]?.() ?? method;
}

export function triedWord(attempts: number): string {
  return attempts === 1 ? m.letters_tried_once() : m.letters_tried({ count: attempts });
}
