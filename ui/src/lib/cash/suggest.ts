/** What customers are likely to hand over for an amount, from the notes and coins the shop knows. */
import type { Money } from '$lib/money';

/** A note much smaller than the amount is not what somebody pays with: nobody gives 24.40 for 24.30. */
const NOTE_SHARE_MIN = 10n;

/**
 * For each note, largest first, the least count of it that covers the amount; kept only when that is less than what
 * larger notes come to. The `most` smallest are suggested, ascending; the exact amount is not among them.
 */
export function suggestNotes(toPay: Money, notes: readonly Money[], most: number): Money[] {
  const kept: Money[] = [];
  for (const note of [...notes].sort((a, b) => (a.isLess(b) ? 1 : -1))) {
    if (note.minor <= 0n || note.minor * NOTE_SHARE_MIN < toPay.minor) continue;
    const sum = note.covering(toPay);
    const last = kept.at(-1);
    if (toPay.isLess(sum) && (last === undefined || sum.isLess(last))) kept.push(sum);
  }
  return kept.reverse().slice(0, most);
}
