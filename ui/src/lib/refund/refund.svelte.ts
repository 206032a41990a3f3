/**
 * Giving money of a card payment back: the sale is found by its receipt, and the money goes to the card it came from and
 * nowhere else. One press asks for one refund, however often it is repeated.
 */
import {
  faultOf,
  type Fault,
  type PracticeCardActDto,
  type RefundDto,
  type RefundStateDto,
  type SaleDto,
} from '$lib/backend';
import { newRefundId } from '$lib/backend/ids';
import { Part } from '$lib/card/part.svelte';
import { cardPayments, type CardPayment } from '$lib/card/payments';
import type { Till } from '$lib/shell/till.svelte';

export class Refunds {
  sale = $state.raw<SaleDto | null>(null);
  /** Why nothing was found. */
  fault = $state.raw<Fault | null>(null);
  /** Why the last refund was refused. */
  refused = $state.raw<Fault | null>(null);
  busy = $state(false);
  reason = $state('');
  readonly part: Part;
  /** The payment that is given back; the first that has something left when none was chosen. */
  private wanted = $state('');
  /** The next refund's id, made once, so that a repeated press gives back once. */
  private next = newRefundId();
  private question = 0;

  constructor(private readonly till: Till) {
    this.part = new Part(till.backend);
  }

  /** The payments by card that took something. */
  get payments(): CardPayment[] {
    return cardPayments(this.sale).filter(({ card }) => card.step === 'taken' || card.refunds.length > 0);
  }

  get chosen(): CardPayment | null {
    const { payments } = this;
    const hasRest = ({ card }: CardPayment) => card.refundable.minor !== '0';
    return payments.find(({ payment }) => payment === this.wanted) ?? payments.find(hasRest) ?? payments[0] ?? null;
  }

  /** The refund for which the customer presents the card, until its outcome is certain. */
  get presented(): RefundDto | null {
    return this.chosen?.card.refunds.find((refund) => refund.reader !== '' && UNDER_WAY.has(refund.state)) ?? null;
  }

  choose(payment: string): void {
    this.wanted = payment;
    this.part.reset();
  }

  /** Finds a sale by what was typed or scanned of its receipt. Gives its invoice, null when there is none. */
  async find(text: string): Promise<string | null> {
    const digits = text.replace(/\D/g, '');
    if (digits === '') return null;
    const number = Math.min(parseInt(digits, 10), RECEIPT_NUMBER_MAX);
    return this.look(() => this.till.backend.call('sale_by_receipt', { receipt_number: number }));
  }

  /** Shows the sale of an address, or reads the one that is shown again. */
  async open(invoice: string): Promise<void> {
    if (invoice !== this.sale?.invoice) this.forget();
    if (invoice !== '') await this.look(() => this.till.backend.call('sale_get', { invoice }));
  }

  /** Asks for the refund. What becomes of it is told by the processor, and shown with the payment. */
  async giveBack(): Promise<void> {
    const { sale, chosen, next } = this;
    const amount = chosen === null ? null : this.part.amountOf(chosen.card.refundable);
    if (this.busy || sale === null || chosen === null || amount === null || this.reason.trim() === '') return;
    const { invoice } = sale;
    const request = { invoice, payment: chosen.payment, refund: next, amount, reason: this.reason.trim() };
    if (!(await this.command(() => this.till.backend.call('card_refund', request)))) return;
    this.next = newRefundId();
    this.reason = '';
    this.part.reset();
  }

  /** Has the reader stop asking for the card. Whether that came in time, the processor tells. */
  async callOff(): Promise<void> {
    const { sale, chosen, presented } = this;
    if (this.busy || sale === null || chosen === null || presented?.may_cancel !== true) return;
    const { invoice } = sale;
    const request = { invoice, payment: chosen.payment, refund: presented.refund };
    await this.command(() => this.till.backend.call('card_refund_cancel', request));
  }

  /** Plays the simulated customer. */
  async act(act: PracticeCardActDto): Promise<void> {
    const { sale, chosen } = this;
    if (sale === null || chosen === null) return;
    const request = { invoice: sale.invoice, payment: chosen.payment, act };
    await this.command(() => this.till.backend.call('practice_card', request));
  }

  /** Whether it was done. */
  private async command(deed: () => Promise<SaleDto>): Promise<boolean> {
    this.busy = true;
    this.refused = null;
    try {
      this.sale = await deed();
    } catch (thrown) {
      this.refused = faultOf(thrown);
    }
    this.busy = false;
    return this.refused === null;
  }

  private async look(ask: () => Promise<SaleDto>): Promise<string | null> {
    const question = ++this.question;
    try {
      const sale = await ask();
      if (question !== this.question) return null;
      if (sale.invoice !== this.sale?.invoice) this.forget();
      [this.sale, this.fault] = [sale, null];
      return sale.invoice;
    } catch (thrown) {
      if (question === this.question) this.fault = faultOf(thrown);
      return null;
    }
  }

  private forget(): void {
    [this.sale, this.fault, this.refused, this.reason, this.wanted] = [null, null, null, '', ''];
    this.next = newRefundId();
    this.part.reset();
  }
}

/** It is not certain yet whether the money goes back. */
const UNDER_WAY: ReadonlySet<RefundStateDto> = new Set(['asked', 'at_reader', 'unknown']);

/** What the core can be asked for; a longer number is nobody's. */
const RECEIPT_NUMBER_MAX = 4_294_967_295;
