/** One sale opened from the list: how it stands, everything that happened to it, and what it did to the books. */
import { faultOf, type Backend, type EntryDto, type Fault, type SaleDto, type TimelineItemDto } from '$lib/backend';

/** A sale has a handful of entries; this is the most the core gives in one page. */
const ENTRIES_MAX = 200;

export class SaleDetail {
  sale = $state.raw<SaleDto | null>(null);
  timeline = $state.raw<TimelineItemDto[]>([]);
  entries = $state.raw<EntryDto[]>([]);
  fault = $state.raw<Fault | null>(null);
  busy = $state(false);
  private invoice = '';

  constructor(private readonly backend: Backend) {}

  /** True while the clerk may still do something about the money. */
  readonly isUnfinished = $derived(
    this.sale !== null && (this.sale.may.pay || this.sale.may.cancel || this.sale.may.cancel_although_seen),
  );

  async open(invoice: string): Promise<void> {
    if (invoice !== this.invoice) this.forget();
    this.invoice = invoice;
    try {
      const [sale, timeline, page] = await Promise.all([
        this.backend.call('sale_get', { invoice }),
        this.backend.call('sale_timeline', { invoice }),
        this.backend.call('ledger_entries', { account: null, currency: null, invoice, before: 0, limit: ENTRIES_MAX }),
      ]);
      if (invoice !== this.invoice) return;
      this.sale = sale;
      this.timeline = timeline;
      this.entries = page.rows;
      this.fault = null;
    } catch (thrown) {
      if (invoice === this.invoice) this.fault = faultOf(thrown);
    }
  }

  async reread(): Promise<void> {
    if (this.invoice !== '') await this.open(this.invoice);
  }

  /** Voids the sale by reversal. True when it is done; a second press while the first is on its way does nothing. */
  async void(reason: string): Promise<boolean> {
    if (this.busy || reason.trim() === '' || this.invoice === '') return false;
    this.busy = true;
    try {
      await this.backend.call('sale_void', { invoice: this.invoice, reason: reason.trim() });
      await this.open(this.invoice);
      return true;
    } catch (thrown) {
      this.fault = faultOf(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }

  private forget(): void {
    this.sale = null;
    this.timeline = [];
    this.entries = [];
    this.fault = null;
  }
}
