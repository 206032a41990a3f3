/**
 * Amounts as the screens hold them: a bigint of minor units, its currency and scale. No float is made on the way in,
 * in sums, or on the way out; `Intl` is only asked how this language groups digits and marks decimals.
 */
import type { MoneyDto } from '$lib/backend/bindings';
import { isOnChain, symbolOf } from './coins';

export class Money {
  private constructor(
    /** Minor units: cents, satoshi. */
    readonly minor: bigint,
    readonly currency: string,
    /** Digits after the decimal mark. */
    readonly scale: number,
  ) {}

  static of(minor: bigint, currency: string, scale: number): Money {
    return new Money(minor, currency, scale);
  }

  static from(dto: MoneyDto): Money {
    return new Money(BigInt(dto.minor), dto.currency, dto.scale);
  }

  /** Reads decimal text the core wrote (`0.05`, `20`), cutting nothing: more digits than the scale is an error. */
  static fromDecimal(text: string, currency: string, scale: number): Money {
    const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
    const fraction = (parts?.[3] ?? '').replace(/0+$/, '');
    if (parts === null || fraction.length > scale) throw new RangeError(`not an amount of ${currency}: ${text}`);
    return new Money(BigInt(`${parts[1]}${parts[2]}${fraction.padEnd(scale, '0')}`), currency, scale);
  }

  dto(): MoneyDto {
    return { minor: this.minor.toString(), currency: this.currency, scale: this.scale };
  }

  get isZero(): boolean {
    return this.minor === 0n;
  }

  get isNegative(): boolean {
    return this.minor < 0n;
  }

  plus(other: Money): Money {
    return new Money(this.minor + this.same(other).minor, this.currency, this.scale);
  }

  minus(other: Money): Money {
    return new Money(this.minor - this.same(other).minor, this.currency, this.scale);
  }

  times(count: number): Money {
    return new Money(this.minor * BigInt(count), this.currency, this.scale);
  }

  /** The least whole multiple of this amount that is not less than `other`. */
  covering(other: Money): Money {
    const count = (this.same(other).minor + this.minor - 1n) / this.minor;
    return new Money(this.minor * count, this.currency, this.scale);
  }

  isLess(other: Money): boolean {
    return this.minor < this.same(other).minor;
  }

  /** What people call the currency: `EUR`, `USDC`. */
  get symbol(): string {
    return symbolOf(this.currency);
  }

  /** The amount as people write it: `1,234.50 EUR`, `5.00 USDC`. */
  spoken(language: string): string {
    return `${this.text(language)} ${this.symbol}`;
  }

  /**
   * Digits for a reader of `language`: `1,234.50` or `1.234,50`; a true minus sign; no currency. Coins of EVM chains
   * leave out zeros that say nothing, down to two digits.
   */
  text(language: string): string {
    const digits = (this.isNegative ? -this.minor : this.minor).toString().padStart(this.scale + 1, '0');
    const whole = digits.slice(0, digits.length - this.scale);
    const exact = digits.slice(digits.length - this.scale);
    const fraction = isOnChain(this.currency) ? exact.replace(/^(\d{2}\d*?)0+$/, '$1') : exact;
    const marks = marksOf(language);
    const grouped = this.scale > 4 ? whole : whole.replace(/\B(?=(\d{3})+$)/g, marks.group);
    return `${this.isNegative ? '−' : ''}${grouped}${this.scale > 0 ? `${marks.decimal}${fraction}` : ''}`;
  }

  private same(other: Money): Money {
    if (other.currency !== this.currency) throw new RangeError(`${this.currency} and ${other.currency} don't mix`);
    return other;
  }
}

/**
 * Prints decimal text of the core (`57923.43`) for a reader, with at least `digits` after the mark; text that is no
 * number is shown as it came.
 */
export function decimalText(text: string, language: string, digits = 0): string {
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (parts === null) return text;
  const marks = marksOf(language);
  const whole = (parts[2] ?? '').replace(/\B(?=(\d{3})+$)/g, marks.group);
  const fraction = (parts[3] ?? '').padEnd(digits, '0');
  return `${parts[1] === '-' ? '−' : ''}${whole}${fraction === '' ? '' : `${marks.decimal}${fraction}`}`;
}

interface Marks {
  group: string;
  decimal: string;
}

const known = new Map<string, Marks>();

/** The marks this language writes numbers with. */
export function marksOf(language: string): Marks {
  const before = known.get(language);
  if (before !== undefined) return before;
  const parts = new Intl.NumberFormat(language).formatToParts(12345.6);
  const mark = (type: string, otherwise: string) => parts.find((part) => part.type === type)?.value ?? otherwise;
  const marks = { group: mark('group', ','), decimal: mark('decimal', '.') };
  known.set(language, marks);
  return marks;
}
