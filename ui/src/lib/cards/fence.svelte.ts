/** Keeps card numbers out of text fields: every field has a fence, and what it holds back nobody else hears of. */
import { explain } from '$lib/backend/errors';
import { holdsCardNumber } from './card-number';

/** What comes so soon after a number belongs to it: its expiry and code, or the rest of a magnetic stripe. */
export const TAIL_MS_MAX = 500;

export class CardFence {
  /** What the field says while it refuses; else empty. */
  refusal = $state('');
  private refusedAt = -Infinity;

  /** Attach this to the field. It hears of what was typed, pasted, dropped or scanned before the field's own listeners. */
  readonly guard = (field: HTMLInputElement | HTMLTextAreaElement): (() => void) => {
    const look = ({ timeStamp }: Event) => this.look(field, timeStamp);
    field.addEventListener('input', look, { capture: true });
    return () => field.removeEventListener('input', look, { capture: true });
  };

  private look(field: HTMLInputElement | HTMLTextAreaElement, now: number): void {
    const isTail = now - this.refusedAt < TAIL_MS_MAX;
    if (!isTail && !holdsCardNumber(field.value)) {
      this.refusal = '';
      return;
    }
    field.value = '';
    this.refusedAt = now;
    this.refusal = refusal();
  }
}

/** One line: what it looks like, and what to do instead. */
function refusal(): string {
  const { title, advice } = explain('card_number');
  return `${title}. ${advice}`;
}
