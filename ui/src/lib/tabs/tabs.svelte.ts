/**
 * Payers' tabs: what is owed on them, and the charges that were set aside, oldest first.
 *
 * What became of a charge is never guessed here: after a deed everything is read again, and again every few seconds while
 * a charge is under way. The one that is looked at stays in sight when it leaves the list.
 */
import {
  faultOf,
  type Backend,
  type Fault,
  type SettlementDto,
  type SettlementsReply,
  type TabsDto,
} from '$lib/backend';
import { Pages } from '$lib/lists/pages.svelte';
import { Parts } from './parts.svelte';

/** The core gives at most this many at once. */
export const PAGE_CHARGES = 200;

const TICK_MS = 1_000;
/** While a charge is under way. */
const TICKS_UNDER_WAY = 3;
/** Tabs fill without being told, and reading them counts every one. */
const TICKS_AT_REST = 15;

export class Tabs extends Pages<SettlementDto, SettlementsReply> {
  /** What is owed, by rail and currency. */
  owed = $state.raw<TabsDto[]>([]);
  /** How many charges were set aside, on all pages. */
  open = $state(0);
  /** Why the last deed was refused. */
  refused = $state.raw<Fault | null>(null);
  busy = $state(false);
  /** How many tabs the last press of the button charges. */
  charged = $state.raw<number | null>(null);
  /** The charge that is looked at. */
  chosen = $state.raw<SettlementDto | null>(null);
  readonly parts: Parts;
  private wanted = '';
  private turn = 0;
  private isStale = true;

  constructor(
    private readonly backend: Backend,
    private readonly page: Document = document,
  ) {
    super();
    this.parts = new Parts(backend);
  }

  readonly isUnderWay = $derived(this.owed.some(({ charging, asking }) => charging.count + asking.count > 0));
  readonly isAsking = $derived(this.owed.some(({ asking }) => asking.count > 0));
  readonly hasTabs = $derived(this.owed.some(({ on_tabs: on }) => on.count > 0));

  /** Reads again and again while the page is seen, until the returned function is called. */
  start(): () => void {
    const look = () => {
      this.isStale = true;
      void this.watch();
    };
    const stop = this.backend.onChange(({ topic }) => {
      if (topic === 'status' || topic === 'everything') this.isStale = true;
    });
    this.page.addEventListener('visibilitychange', look);
    look();
    return () => {
      stop();
      this.page.removeEventListener('visibilitychange', look);
      this.turn += 1;
    };
  }

  /** Looks at a charge, set aside or not; at the oldest one that was set aside when none is named. */
  async choose(settlement: string): Promise<void> {
    this.wanted = settlement;
    if (!this.loaded) return;
    const row = this.rowOf(settlement);
    if (row === undefined && settlement !== '') await this.read();
    else this.look(row ?? null);
  }

  /** Reads what is owed too, and the charge that is looked at. */
  override read(): Promise<void> {
    return this.answer(async () => {
      const owed = await this.backend.call('tabs', {});
      const page = await this.shown();
      const [found] = await Promise.allSettled([this.rowOf(this.wanted, page.rows) ?? this.find(this.wanted)]);
      return () => {
        this.owed = owed;
        this.take(page);
        // The address may name no charge: everything else is shown all the same.
        if (found.status === 'rejected') throw found.reason;
        this.look(found.value);
      };
    });
  }

  /** Charges every tab that has enough on it, on every rail. */
  async chargeAll(): Promise<void> {
    await this.decide(async () => {
      let count = 0;
      const rails = this.owed.map(({ rail }) => rail).filter((rail, at, all) => all.indexOf(rail) === at);
      for (const rail of rails) {
        count += (await this.backend.call('tabs_settle', { rail })).count;
      }
      this.charged = count;
    });
  }

  /** Tries a charge again. What comes of it is seen later. */
  async retry({ settlement }: SettlementDto): Promise<void> {
    this.wanted = settlement;
    await this.decide(async () => this.look(await this.backend.call('settlement_retry', { settlement })));
  }

  private async decide(deed: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.charged = this.refused = null;
    try {
      await deed();
    } catch (thrown) {
      this.refused = faultOf(thrown);
    }
    await this.read();
    this.busy = false;
  }

  /** One turn of reading: over when the page is hidden, left, or seen anew. */
  private async watch(): Promise<void> {
    const turn = ++this.turn;
    for (let ticks = 0; turn === this.turn && !this.page.hidden; ticks += 1) {
      if (this.isStale || ticks >= (this.isUnderWay ? TICKS_UNDER_WAY : TICKS_AT_REST)) {
        this.isStale = false;
        ticks = 0;
        await this.read();
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  }

  private rowOf(settlement: string, rows = this.rows): SettlementDto | undefined {
    return settlement === '' ? rows[0] : rows.find((row) => row.settlement === settlement);
  }

  /** One that is not set aside, or further down the list than was read. */
  private async find(settlement: string): Promise<SettlementDto | null> {
    return settlement === '' ? null : this.backend.call('settlement_get', { settlement });
  }

  private look(chosen: SettlementDto | null): void {
    this.chosen = chosen;
    void this.parts.show(chosen);
  }

  protected ask(after: SettlementDto | undefined): Promise<SettlementsReply> {
    return this.backend.call('settlements_set_aside', { after: after?.number ?? 0, limit: PAGE_CHARGES });
  }

  protected override take(page: SettlementsReply): void {
    super.take(page);
    this.open = page.open;
  }
}
