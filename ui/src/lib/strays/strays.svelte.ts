/**
 * Stray payments: money that came without a sale that may take it, and the two ways out of the inbox.
 *
 * The id of the payment an assignment makes is kept per stray payment and sale, so that a repeated press after a lost
 * answer asks for the same thing again and never counts the money twice.
 */
import { faultOf, type Backend, type Fault, type SaleRowDto, type StateDto, type StrayDto } from '$lib/backend';
import { newPaymentId } from '$lib/backend/ids';

const CANDIDATES_MAX = 30;

/** States in which a sale may still take money that came another way. */
const TAKING_STATES: StateDto[] = ['preparing', 'waiting', 'partial', 'expired'];

export class Strays {
  rows = $state.raw<StrayDto[]>([]);
  loaded = $state(false);
  busy = $state(false);
  fault = $state.raw<Fault | null>(null);
  candidates = $state.raw<SaleRowDto[]>([]);
  candidateSearch = $state('');
  private readonly paymentIds: Record<string, string> = {};
  private question = 0;

  constructor(private readonly backend: Backend) {}

  readonly open = $derived(this.rows.filter((stray) => stray.state === 'open'));
  readonly settled = $derived(this.rows.filter((stray) => stray.state !== 'open'));

  async read(): Promise<void> {
    try {
      this.rows = await this.backend.call('strays', {});
      this.fault = null;
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
    this.loaded = true;
  }

  /** Finds the sales that may take a stray payment: open, short or expired ones. */
  async findSales(search: string): Promise<void> {
    this.candidateSearch = search;
    const question = ++this.question;
    const request = { search: search.trim(), states: TAKING_STATES, after: '', limit: CANDIDATES_MAX };
    try {
      const page = await this.backend.call('sales_list', request);
      if (question === this.question) this.candidates = page.rows;
    } catch (thrown) {
      if (question === this.question) this.fault = faultOf(thrown);
    }
  }

  /** Counts the money for a sale. True when it is booked. */
  assign(stray: string, invoice: string): Promise<boolean> {
    const intent = `${stray} ${invoice}`;
    const payment = (this.paymentIds[intent] ??= newPaymentId());
    return this.decide(() => this.backend.call('stray_assign', { stray, invoice, payment }));
  }

  /** Books the money as owed to a customer. True when it is booked. */
  async credit(stray: string, customer: string): Promise<boolean> {
    if (customer.trim() === '') return false;
    return this.decide(() => this.backend.call('stray_credit', { stray, customer: customer.trim() }));
  }

  forgetFault(): void {
    this.fault = null;
  }

  private async decide(call: () => Promise<StrayDto>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    try {
      const decided = await call();
      this.rows = this.rows.map((row) => (row.stray === decided.stray ? decided : row));
      this.fault = null;
      return true;
    } catch (thrown) {
      this.fault = faultOf(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
