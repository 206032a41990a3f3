/** How much of an amount: all of it, or what somebody typed, as the core reads it. */
import { faultOf, type Backend, type MoneyDto } from '$lib/backend';
import { explain } from '$lib/backend/errors';
import { Money } from '$lib/money';
import { m } from '$words';

export class Part {
  choice = $state<'all' | 'part'>('all');
  typed = $state('');
  /** Why what was typed can't be taken; empty while nothing is wrong. */
  problem = $state('');
  /** What was read of what is typed now. */
  private read = $state.raw<MoneyDto | null>(null);
  private question = 0;

  constructor(private readonly backend: Backend) {}

  /** The amount that is meant; null while it is not known. */
  amountOf(whole: MoneyDto): MoneyDto | null {
    return this.choice === 'all' ? whole : this.read;
  }

  /** Reads what was typed. An older answer never replaces a newer one. */
  async type(text: string, whole: MoneyDto): Promise<void> {
    const question = ++this.question;
    [this.typed, this.read, this.problem] = [text, null, ''];
    if (text.trim() === '') return;
    try {
      const read = await this.backend.call('amount_read', { text });
      if (question !== this.question) return;
      const fits = BigInt(read.minor) > 0n && BigInt(read.minor) <= BigInt(whole.minor);
      if (fits) this.read = read;
      else this.problem = m.card_part_at_most({ amount: Money.from(whole).text('en') });
    } catch (thrown) {
      if (question === this.question) this.problem = explain(faultOf(thrown).code).title;
    }
  }

  /** All of it again, and nothing typed. */
  reset(): void {
    this.question += 1;
    [this.choice, this.typed, this.problem, this.read] = ['all', '', '', null];
  }
}
