/**
 * Hears card numbers where no field is: a reader of magnetic stripes types what it reads like a keyboard, and the keypad
 * would take the first digits for an amount and the Enter at the end for its charge.
 */
import { holdsCardNumber } from './card-number';
import { TAIL_MS_MAX } from './fence.svelte';

/** Longer than a track of a magnetic stripe (ISO/IEC 7813). */
const CHARS_MAX = 80;

export type Heard = 'nothing' | 'number' | 'tail';

export class Swipe {
  private typed = '';
  private last = -Infinity;
  private isTail = false;

  /** What a key makes of those before it. The first key that completes a number says so, and all that follow it at once
   * are its tail. */
  hear(key: string, now: number): Heard {
    if (now - this.last >= TAIL_MS_MAX) {
      this.typed = '';
      this.isTail = false;
    }
    this.last = now;
    if (this.isTail) return 'tail';
    if (key !== 'Shift') this.typed = `${this.typed}${key.length === 1 ? key : '\n'}`.slice(-CHARS_MAX);
    if (!holdsCardNumber(this.typed)) return 'nothing';
    this.typed = '';
    this.isTail = true;
    return 'number';
  }
}
