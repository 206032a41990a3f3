/**
 * The list of sales: what is searched for, which states are wanted, and the pages read so far.
 *
 * The newest question wins: an answer to an older one is dropped, so that fast typing never shows stale rows.
 */
import { faultOf, type Backend, type Fault, type SaleRowDto, type StateCountDto, type StateDto } from '$lib/backend';

const PAGE_ROWS = 50;
const ROWS_MAX = 200;

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

export class SalesList {
  search = $state('');
  chosen = $state.raw<StateDto[]>([]);
  rows = $state.raw<SaleRowDto[]>([]);
  counts = $state.raw<StateCountDto[]>([]);
  more = $state(false);
  loaded = $state(false);
  fault = $state.raw<Fault | null>(null);
  private question = 0;

  constructor(private readonly backend: Backend) {}

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
    return this.read(PAGE_ROWS);
  }

  toggle(state: StateDto): Promise<void> {
    const isChosen = this.chosen.includes(state);
    this.chosen = isChosen ? this.chosen.filter((other) => other !== state) : [...this.chosen, state];
    return this.read(PAGE_ROWS);
  }

  showAll(): Promise<void> {
    this.search = '';
    this.chosen = [];
    return this.read(PAGE_ROWS);
  }

  /** Reads again what is shown, after a change. */
  reread(): Promise<void> {
    return this.read(Math.min(Math.max(this.rows.length, PAGE_ROWS), ROWS_MAX));
  }

  async readMore(): Promise<void> {
    const last = this.rows.at(-1);
    if (last === undefined || !this.more) return;
    await this.ask(last.invoice, PAGE_ROWS, this.rows);
  }

  private read(limit: number): Promise<void> {
    return this.ask('', limit, []);
  }

  private async ask(after: string, limit: number, before: SaleRowDto[]): Promise<void> {
    const question = ++this.question;
    const request = { search: this.search.trim(), states: this.chosen, after, limit };
    try {
      const page = await this.backend.call('sales_list', request);
      if (question !== this.question) return;
      this.rows = [...before, ...page.rows];
      this.counts = page.counts;
      this.more = page.more;
      this.fault = null;
    } catch (thrown) {
      if (question !== this.question) return;
      this.fault = faultOf(thrown);
    }
    this.loaded = true;
  }

  private countOf(state: StateDto): number {
    return this.counts.find((counted) => counted.state === state)?.count ?? 0;
  }
}
