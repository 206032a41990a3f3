/** The micropayments that a charge takes, newest first, page by page. They never change, so each page is read once. */
import { faultOf, type Backend, type Fault, type SettlementDto, type SettlementPartDto } from '$lib/backend';

export const PAGE_PARTS = 50;

export class Parts {
  rows = $state.raw<SettlementPartDto[]>([]);
  fault = $state.raw<Fault | null>(null);
  /** How many are not shown yet. */
  left = $state(0);
  private of: SettlementDto | null = null;
  private isReading = false;

  constructor(private readonly backend: Backend) {}

  /** Shows those of another charge; those that are there stay. */
  async show(charge: SettlementDto | null): Promise<void> {
    if (charge?.settlement !== this.of?.settlement) {
      [this.rows, this.fault, this.isReading] = [[], null, false];
      [this.of, this.left] = [charge, charge?.parts ?? 0];
    }
    if (this.rows.length === 0) await this.readMore();
  }

  async readMore(): Promise<void> {
    const charge = this.of;
    if (charge === null || this.isReading || this.left === 0) return;
    this.isReading = true;
    const request = { settlement: charge.settlement, before: this.rows.at(-1)?.number ?? 0, limit: PAGE_PARTS };
    try {
      const rows = await this.backend.call('settlement_parts', request);
      if (charge !== this.of) return;
      [this.rows, this.fault] = [[...this.rows, ...rows], null];
      this.left = rows.length < PAGE_PARTS ? 0 : charge.parts - this.rows.length;
    } catch (thrown) {
      if (charge !== this.of) return;
      this.fault = faultOf(thrown);
    }
    this.isReading = false;
  }
}
