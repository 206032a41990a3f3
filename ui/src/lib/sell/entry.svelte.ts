/**
 * The amount being keyed in. Digits fill from the cents, as on a calculator with a fixed point; a decimal mark (`.` or
 * `,`) makes what was typed so far the whole number, and the digits after it the fraction.
 */
import { Money } from '$lib/money';

/** Digits an amount may have in all, so that sums stay far from the core's limit. */
const DIGITS_MAX = 11;

export class AmountEntry {
  /** Digits, with at most one `.` among them. */
  private typed = $state('');

  constructor(
    private readonly currency: () => string,
    private readonly scale: () => number,
  ) {}

  get isEmpty(): boolean {
    return this.typed === '';
  }

  get money(): Money {
    return Money.of(this.minor(), this.currency(), this.scale());
  }

  /** The digits as a count of things, or null when they make none from 1 to `max`. */
  count(max: number): number | null {
    if (!/^\d{1,4}$/.test(this.typed)) return null;
    const count = parseInt(this.typed, 10);
    return count >= 1 && count <= max ? count : null;
  }

  /** Takes a key if it means something here: a digit, `00`, a decimal mark, `Backspace`, `Delete`. */
  press(key: string): boolean {
    if (/^\d+$/.test(key)) this.addDigits(key);
    else if (key === '.' || key === ',') this.addMark();
    else if (key === 'Backspace') this.typed = this.typed.slice(0, -1);
    else if (key === 'Delete') this.typed = '';
    else return false;
    return true;
  }

  clear(): void {
    this.typed = '';
  }

  /** Shows an amount that was read elsewhere, as if its digits had been typed. */
  take(money: Money): void {
    this.typed = money.minor.toString();
  }

  private addDigits(digits: string): void {
    const next = this.typed === '' ? digits.replace(/^0+(?=0)/, '') : this.typed + digits;
    const fraction = next.split('.')[1] ?? '';
    if (fraction.length <= this.scale() && next.replace('.', '').length <= DIGITS_MAX) this.typed = next;
  }

  private addMark(): void {
    if (this.scale() > 0 && !this.typed.includes('.')) this.typed = `${this.typed === '' ? '0' : this.typed}.`;
  }

  private minor(): bigint {
    const [whole = '', fraction] = this.typed.split('.');
    return BigInt(fraction === undefined ? whole : `${whole}${fraction.padEnd(this.scale(), '0')}`);
  }
}
