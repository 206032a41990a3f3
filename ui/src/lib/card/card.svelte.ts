/**
 * A card payment on screen: what the clerk sees of it, and what the clerk may do.
 *
 * While nobody knows what became of it there is no way to charge again from here: the clerk serves the next customer, and
 * the till goes on asking.
 */
import type { PracticeCardActDto, SaleDto } from '$lib/backend';
import { newPaymentId } from '$lib/backend/ids';
import type { Sell } from '$lib/sell/sell.svelte';
import type { Till } from '$lib/shell/till.svelte';
import { WatchedSale } from '$lib/shell/watched-sale.svelte';
import { cardPayments, type CardPayment } from './payments';

const LOOK_MS = 1_000;

export class CardAtTill {
  readonly watched: WatchedSale;
  /** A command is on its way. */
  busy = $state(false);
  /** The clerk wants another way to pay, once it is certain that this one took nothing. */
  leaving = $state(false);
  /** The next payment's id, made once, so that a repeated press makes one. */
  private next = newPaymentId();

  constructor(
    private readonly till: Till,
    private readonly sell: Sell,
    readonly invoice: string,
  ) {
    this.watched = new WatchedSale(till, invoice);
  }

  /** Follows the sale, until the returned function is called. How far the reader is, is told only to who looks. */
  start(): () => void {
    const stop = this.watched.start();
    const look = setInterval(() => this.lookAtReader(), LOOK_MS);
    return () => {
      clearInterval(look);
      stop();
    };
  }

  lookAtReader(): void {
    const card = this.payment?.card;
    if (card?.way === 'reader' && card.step === 'customer') void this.watched.read();
  }

  get sale(): SaleDto | null {
    return this.watched.sale;
  }

  /** The newest payment by card. */
  get payment(): CardPayment | null {
    return cardPayments(this.sale).at(-1) ?? null;
  }

  /** It is certain that nothing was taken, and the sale is still to pay. */
  get isOver(): boolean {
    return this.payment?.card.step === 'over' && (this.sale?.may.pay ?? false);
  }

  /** Another way to pay may be chosen: at once, or after this one was called off. */
  get canGoBack(): boolean {
    const card = this.payment?.card;
    if (card === undefined || this.busy) return false;
    return this.isOver || (card.may_cancel && !card.cancelling && card.step !== 'unknown');
  }

  /** Calls the payment off; the other ways to pay are shown once it is certain that nothing was taken. */
  async otherWay(): Promise<void> {
    if (!this.canGoBack) return;
    this.leaving = true;
    if (!this.isOver && (await this.cancel()) === null) this.leaving = false;
    this.leaveWhenOver();
  }

  /** Shows the other ways to pay, when that was wanted and nothing stands in the way any more. */
  leaveWhenOver(): void {
    if (this.leaving && this.isOver) this.till.router.swap('charge', this.invoice);
  }

  /** The same way once more, after one that took nothing. */
  async again(): Promise<void> {
    const { invoice, payment, next } = this;
    if (this.busy || payment === null || !this.isOver) return;
    const { way, reader, captures_later } = payment.card;
    const request = { invoice, payment: next, way, reader, capture_later: captures_later };
    const sale = await this.command(() => this.till.backend.call('card_start', request));
    if (sale !== null) this.next = newPaymentId();
  }

  /** Takes all that is held. */
  async takeHeld(): Promise<void> {
    const { invoice, payment } = this;
    const held = payment?.card.held ?? null;
    if (this.busy || payment === null || held === null) return;
    const request = { invoice, payment: payment.payment, amount: held };
    await this.command(() => this.till.backend.call('card_capture', request));
  }

  /** Serves the next customer; this sale goes on by itself. */
  nextSale(): void {
    if (this.sale !== null && !this.isOver) this.sell.left.leave(this.sale);
    this.sell.finish(this.invoice);
    this.till.router.go('sell');
  }

  /** Plays the simulated customer. */
  async act(act: PracticeCardActDto): Promise<void> {
    const { invoice, payment } = this;
    if (payment === null) return;
    const request = { invoice, payment: payment.payment, act };
    await this.watched.does(() => this.till.backend.call('practice_card', request));
  }

  private cancel(): Promise<SaleDto | null> {
    const { invoice, payment } = this;
    const request = { invoice, payment: payment?.payment ?? '' };
    return this.command(() => this.till.backend.call('card_cancel', request));
  }

  private async command(deed: () => Promise<SaleDto>): Promise<SaleDto | null> {
    this.busy = true;
    const sale = await this.watched.does(deed);
    this.busy = false;
    return sale;
  }
}
