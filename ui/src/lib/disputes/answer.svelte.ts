/**
 * The shop's answer to one dispute: what people add to the books, what would be sent of both, and sending it. Only what
 * was shown is sent, and it is sent once.
 */
import {
  faultOf,
  type Backend,
  type DisputeAnswerRequest,
  type DisputedSaleDto,
  type FactDto,
  type Fault,
} from '$lib/backend';

/** What only people know. */
export type Notes = Omit<DisputeAnswerRequest, 'invoice' | 'payment' | 'dispute'>;

export class DisputeAnswer {
  readonly notes = $state<Notes>({
    served_on: '',
    customer_name: '',
    customer_email: '',
    communication: '',
    refund_policy: '',
    refund_refusal: '',
  });
  /** What would be sent, as last read; what was typed since then is not in it. */
  facts = $state.raw<FactDto[]>([]);
  /** Why it could not be read. */
  fault = $state.raw<Fault | null>(null);
  /** Why it was not sent. */
  refused = $state.raw<Fault | null>(null);
  sending = $state(false);
  sent = $state(false);
  /** What `facts` are made of. */
  private shown = $state.raw<DisputeAnswerRequest | null>(null);
  private reading: Promise<void> | null = null;
  private isStale = false;

  constructor(
    private readonly backend: Backend,
    readonly one: DisputedSaleDto,
  ) {}

  /** What is shown is what was typed, so it may be sent. */
  get isShown(): boolean {
    return this.shown !== null && textOf(this.shown) === textOf(this.request);
  }

  /** Reads what would be sent; once more after that when something was typed meanwhile, however much. */
  show(): Promise<void> {
    this.isStale = true;
    this.reading ??= this.readWhileStale();
    return this.reading;
  }

  /** Sends what is shown. What the bank makes of it is told by the processor. */
  async send(): Promise<void> {
    const { shown } = this;
    if (this.sending || this.sent || shown === null || !this.isShown) return;
    this.sending = true;
    this.refused = null;
    try {
      await this.backend.call('dispute_answer', shown);
      this.sent = true;
    } catch (thrown) {
      this.refused = faultOf(thrown);
    }
    this.sending = false;
  }

  private get request(): DisputeAnswerRequest {
    const { invoice, payment, dispute } = this.one;
    return { invoice, payment, dispute: dispute.reference, ...this.notes };
  }

  private async readWhileStale(): Promise<void> {
    while (this.isStale) {
      this.isStale = false;
      await this.read();
    }
    this.reading = null;
  }

  private async read(): Promise<void> {
    const { request } = this;
    try {
      this.facts = await this.backend.call('dispute_evidence', request);
      [this.shown, this.fault] = [request, null];
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }
}

function textOf(request: DisputeAnswerRequest): string {
  return JSON.stringify(request);
}
