/** How many there are, as people read it. */
import { m } from '$words';

/** `1,234` or `1.234`. */
export function countText(count: number, language: string): string {
  return new Intl.NumberFormat(language).format(count);
}

/** `1 dead letter`, `12 dead letters`. */
export function lettersWord(count: number, language: string): string {
  return count === 1 ? m.shell_letter() : m.shell_letters({ count: countText(count, language) });
}
