/** One sale, read from the core and read again after each of its changes, with the moment of reading for countdowns. */
import type { SaleDto } from '$lib/backend';
import type { Till } from './till.svelte';

export class WatchedSale {
  /** The sale as last read; null until the first answer. */
  sale = $state.raw<SaleDto | null>(null);
  /** When it was read, by the page's monotonic clock, in milliseconds. */
  readAt = $state(0);

  constructor(
    private readonly till: Till,
    readonly invoice: string,
  ) {}

  /** Follows the sale until the returned function is called. */
  start(): () => void {
    void this.read();
    return this.till.watchSale(this.invoice, () => void this.read());
  }

  async read(): Promise<void> {
    const sale = await this.till.read('sale_get', { invoice: this.invoice });
    if (sale !== null) this.accept(sale);
  }

  /** Does a command that answers with the sale; a refusal is shown, and the sale is read again. */
  async does(deed: () => Promise<SaleDto>): Promise<SaleDto | null> {
    const sale = await this.till.attempt(deed);
    if (sale === null) void this.read();
    else this.accept(sale);
    return sale;
  }

  /** Answers can overtake each other: an older version never replaces a newer one. */
  private accept(sale: SaleDto): void {
    if (this.sale !== null && sale.version < this.sale.version) return;
    this.sale = sale;
    this.readAt = performance.now();
  }
}
