/** Taking cash for what is still open of a sale. What is to pay, rounded to the smallest coin, comes from the core. */
import { newPaymentId } from '$lib/backend/ids';
import { Money } from '$lib/money';
import { AmountEntry } from '$lib/sell/entry.svelte';
import type { Till } from '$lib/shell/till.svelte';
import { WatchedSale } from '$lib/shell/watched-sale.svelte';
import { suggestNotes } from './suggest';

const SUGGESTIONS_MAX = 6;

export class Cash {
  readonly watched: WatchedSale;
  readonly entry: AmountEntry;
  /** What is to pay in cash; null until the core said it. */
  toPay = $state.raw<Money | null>(null);
  taking = $state(false);
  private notes = $state.raw<readonly Money[]>([]);
  /** The payment to be: made once, so that a repeated press takes cash once. */
  private readonly payment = newPaymentId();

  constructor(
    private readonly till: Till,
    readonly invoice: string,
  ) {
    this.watched = new WatchedSale(till, invoice);
    this.entry = new AmountEntry(
      () => till.status?.currency ?? '',
      () => till.status?.scale ?? 0,
    );
  }

  start(): () => void {
    void this.readToPay();
    void this.readNotes();
    const stops = [this.watched.start(), this.till.watchSale(this.invoice, () => void this.readToPay())];
    return () => stops.forEach((stop) => stop());
  }

  /** What the customer hands over: what was keyed in or pressed, else exactly what is to pay. */
  get tendered(): Money | null {
    return this.entry.isEmpty ? this.toPay : this.entry.money;
  }

  /** What goes back; negative when it is not enough. */
  get change(): Money | null {
    return this.toPay === null || this.tendered === null ? null : this.tendered.minus(this.toPay);
  }

  get suggestions(): Money[] {
    return this.toPay === null ? [] : suggestNotes(this.toPay, this.notes, SUGGESTIONS_MAX);
  }

  /** Books it, and shows the change. */
  async take(): Promise<void> {
    const { invoice, payment, tendered, change } = this;
    if (this.taking || tendered === null || change === null || change.isNegative) return;
    this.taking = true;
    const sale = await this.watched.does(() =>
      this.till.backend.call('cash_take', { invoice, payment, tendered: tendered.dto() }),
    );
    this.taking = false;
    if (sale !== null) this.till.router.swap('paid', invoice);
  }

  private async readToPay(): Promise<void> {
    const tenders = await this.till.read('tenders', { invoice: this.invoice });
    const cash = tenders?.find(({ method }) => method === 'cash');
    if (cash !== undefined) this.toPay = Money.from(cash.you_get);
  }

  private async readNotes(): Promise<void> {
    const settings = await this.till.read('settings_get', {});
    const { currency, scale } = this.entry.money;
    this.notes = (settings?.cash.notes ?? []).map((note) => Money.fromDecimal(note, currency, scale));
  }
}
