/**
 * Sales the clerk left while their money was still on its way, to serve the next customer. They are followed until
 * somebody has looked at how they ended, so that nobody forgets to hand over, or hands over what was taken back.
 */
import type { SaleDto } from '$lib/backend';
import { play } from '$lib/shell/sound';
import type { Till } from '$lib/shell/till.svelte';

export class LeftSales {
  /** The newest first. */
  sales = $state.raw<readonly SaleDto[]>([]);

  constructor(private readonly till: Till) {
    till.backend.onChange(({ topic, id }) => {
      for (const { invoice } of this.sales) {
        if (topic === 'everything' || (topic === 'sale' && id === invoice)) void this.read(invoice);
      }
    });
  }

  /** Follows a sale from now on. */
  leave(sale: SaleDto): void {
    this.sales = [sale, ...this.sales.filter(({ invoice }) => invoice !== sale.invoice)];
  }

  /** Somebody looked at it. */
  dismiss(invoice: string): void {
    this.sales = this.sales.filter((sale) => sale.invoice !== invoice);
  }

  forget(): void {
    this.sales = [];
  }

  private async read(invoice: string): Promise<void> {
    const read = await this.till.read('sale_get', { invoice });
    const before = this.sales.find((sale) => sale.invoice === invoice);
    if (read === null || before === undefined || read.version < before.version) return;
    if (read.hand_over !== before.hand_over) play(read.hand_over === 'yes' ? 'paid' : 'failed');
    this.sales = this.sales.map((sale) => (sale.invoice === invoice ? read : sale));
  }
}
