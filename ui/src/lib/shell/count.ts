/** How many there are, as people read it. */
import { m } from '$words';

/** `1,234` or `1.234`. */
export function countText(count: number, language: string): string {
  return new Intl.NumberFormat(language).format(count);
}

/** `1 needs a decision`, `12 need a decision`: dead letters, and charges of tabs that were set aside. */
export function decisionsWord(count: number, language: string): string {
  return count === 1 ? m.shell_decision() : m.shell_decisions({ count: countText(count, language) });
}

/** `1 to see to`, `12 to see to`: money that is held, disputes, payouts. */
export function cardsWord(count: number, language: string): string {
  return count === 1 ? m.shell_card_waits() : m.shell_cards_wait({ count: countText(count, language) });
}

/** `1 dead letter`, `12 dead letters`. */
export function lettersWord(count: number, language: string): string {
  return count === 1 ? m.shell_letter() : m.shell_letters({ count: countText(count, language) });
}
