/** The cart as the clerk makes it: lines, a note, and the way back from the last changes. Survives a crash of the page. */
import type { CartLineDto } from '$lib/backend';
import { Money } from '$lib/money';

export const QUANTITY_MAX = 9_999;
const UNDO_STEPS_MAX = 50;

export interface CartLine {
  key: number;
  description: string;
  quantity: number;
  price: Money;
  taxPercent: string;
  note: string;
}

interface Snapshot {
  lines: readonly CartLine[];
  note: string;
}

export class Cart {
  lines = $state.raw<readonly CartLine[]>([]);
  note = $state('');
  private past = $state.raw<readonly Snapshot[]>([]);
  private lastKey = 0;

  get isEmpty(): boolean {
    return this.lines.length === 0;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  add(line: Omit<CartLine, 'key'>): void {
    this.lastKey += 1;
    this.change([...this.lines, { ...line, key: this.lastKey }]);
  }

  /** Changes one line; a quantity outside 1 to 9999 is left as it was. */
  edit(key: number, changes: Partial<Omit<CartLine, 'key'>>): void {
    if (changes.quantity !== undefined && (changes.quantity < 1 || changes.quantity > QUANTITY_MAX)) return;
    this.change(this.lines.map((line) => (line.key === key ? { ...line, ...changes } : line)));
  }

  remove(key: number): void {
    this.change(this.lines.filter((line) => line.key !== key));
  }

  setNote(note: string): void {
    this.change(this.lines, note);
  }

  clear(): void {
    if (!this.isEmpty || this.note !== '') this.change([], '');
  }

  /** Empties the cart for good: the sale it became is done. */
  finish(): void {
    this.lines = [];
    this.note = '';
    this.past = [];
  }

  /** Takes back the last change: a line added, removed or edited, or the whole cart cleared. */
  undo(): void {
    const before = this.past.at(-1);
    if (before === undefined) return;
    this.past = this.past.slice(0, -1);
    this.lines = before.lines;
    this.note = before.note;
  }

  /** Puts back what `lineDtos` of an earlier page said. */
  restore(lines: readonly CartLineDto[], note: string): void {
    this.finish();
    for (const line of lines) {
      this.add({
        description: line.description,
        quantity: line.quantity,
        price: Money.from(line.unit_price),
        taxPercent: line.tax_percent,
        note: line.note,
      });
    }
    this.note = note;
    this.past = [];
  }

  private change(lines: readonly CartLine[], note = this.note): void {
    this.past = [...this.past, { lines: this.lines, note: this.note }].slice(-UNDO_STEPS_MAX);
    this.lines = lines;
    this.note = note;
  }
}

/** A line as the core takes it. */
export function lineDto(line: Omit<CartLine, 'key'>): CartLineDto {
  return {
    description: line.description,
    quantity: line.quantity,
    unit_price: line.price.dto(),
    tax_percent: line.taxPercent,
    note: line.note,
  };
}
