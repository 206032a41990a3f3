/** The list of sales: what is searched for, which states are wanted, and the pages read so far. */
import type { Backend, SalesListReply, SaleRowDto, StateCountDto, StateDto } from '$lib/backend';
import { Pages } from '$lib/lists/pages.svelte';

const PAGE_ROWS = 50;

/** Chips stand in the order a sale goes through its states, side exits after. */
const CHIP_ORDER: StateDto[] = [
  'preparing',
  'waiting',
  'detected',
  'confirming',
  'unknown',
  'partial',
  'paid',
  'overpaid',
  'late',
  'reversed',
  'expired',
  'cancelled',
  'declined',
  'failed',
  'voided',
];

export class SalesList extends Pages<SaleRowDto, SalesListReply> {
  search = $state('');
  chosen = $state.raw<StateDto[]>([]);
  counts = $state.raw<StateCountDto[]>([]);

  constructor(private readonly backend: Backend) {
    super();
  }

  /** The chips to show: states that some sale is in, and chosen ones even when no sale is left in them. */
  readonly chips = $derived(
    CHIP_ORDER.map((state) => ({ state, count: this.countOf(state) })).filter(
      ({ state, count }) => count > 0 || this.chosen.includes(state),
    ),
  );

  /** True when nothing was ever sold here, as against nothing found. */
  readonly isEmptyShop = $derived(
    this.loaded && this.rows.length === 0 && this.search.trim() === '' && this.chosen.length === 0,
  );

  searchFor(text: string): Promise<void> {
    this.search = text;
    return this.readAnew();
  }

  toggle(state: StateDto): Promise<void> {
    const isChosen = this.chosen.includes(state);
    this.chosen = isChosen ? this.chosen.filter((other) => other !== state) : [...this.chosen, state];
    return this.readAnew();
  }

  showAll(): Promise<void> {
    this.search = '';
    this.chosen = [];
    return this.readAnew();
  }

  /** Something else is searched for: the first page of it. */
  private readAnew(): Promise<void> {
    return this.answer(async () => {
      const page = await this.ask(undefined);
      return () => this.take(page);
    });
  }

  protected ask(after: SaleRowDto | undefined): Promise<SalesListReply> {
    const request = { search: this.search.trim(), states: this.chosen, after: after?.invoice ?? '', limit: PAGE_ROWS };
    return this.backend.call('sales_list', request);
  }

  protected override take(page: SalesListReply): void {
    super.take(page);
    this.counts = page.counts;
  }

  private countOf(state: StateDto): number {
    return this.counts.find((counted) => counted.state === state)?.count ?? 0;
  }
}
