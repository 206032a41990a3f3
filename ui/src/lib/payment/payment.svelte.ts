/** A payment by code on screen: what the clerk sees of it, and what the clerk may do. Buttons follow `may`. */
import type { PaymentDto, PracticeActDto, SaleDto } from '$lib/backend';
import { newPaymentId } from '$lib/backend/ids';
import type { Sell } from '$lib/sell/sell.svelte';
import type { Till } from '$lib/shell/till.svelte';
import { WatchedSale } from '$lib/shell/watched-sale.svelte';

const TICK_MS = 250;

export class Payment {
  readonly watched: WatchedSale;
  /** The page's monotonic clock, in milliseconds; only differences mean something. */
  now = $state(performance.now());
  /** A command is on its way. */
  busy = $state(false);
  /** The question whether to cancel although money was seen. */
  asking = $state(false);
  /** The next payment's id, made once, so that a repeated press makes one new code. */
  private next = newPaymentId();

  constructor(
    private readonly till: Till,
    private readonly sell: Sell,
    readonly invoice: string,
  ) {
    this.watched = new WatchedSale(till, invoice);
  }

  /** Follows the sale and lets the countdown run, until the returned function is called. */
  start(): () => void {
    const stop = this.watched.start();
    const tick = setInterval(() => this.tick(performance.now()), TICK_MS);
    return () => {
      clearInterval(tick);
      stop();
    };
  }

  get sale(): SaleDto | null {
    return this.watched.sale;
  }

  /** The payment on screen: the newest with a code, one that was not taken back before all others. */
  get payment(): PaymentDto | null {
    const coded = (this.sale?.payments ?? []).filter(({ code }) => code !== null);
    return coded.findLast(({ cancelled }) => !cancelled) ?? coded.at(-1) ?? null;
  }

  /** What is left of the quote by the monotonic clock, in milliseconds; 0 when it has ended. */
  get quoteMs(): number {
    const code = this.payment?.code;
    if (code === undefined || code === null) return 0;
    return Math.max(0, code.remaining_ms - (this.now - this.watched.readAt));
  }

  /** Money was seen at this payment's address, and is still there. */
  get seen(): boolean {
    return this.payment?.transfers.some(({ status }) => status !== 'withdrawn') ?? false;
  }

  /** The way to pay may still be taken back: nothing was seen for it. */
  get canGoBack(): boolean {
    return !this.seen && (this.sale?.may.pay ?? false);
  }

  tick(now: number): void {
    const before = this.quoteMs;
    this.now = now;
    if (before > 0 && this.quoteMs === 0) void this.watched.read();
  }

  /** Takes this way to pay back, if nothing was seen, and shows the others. Its address stays watched. */
  async otherWay(): Promise<void> {
    const { invoice, payment } = this;
    if (this.busy || payment === null || !this.canGoBack) return;
    const done = payment.cancelled
      ? this.sale
      : await this.command(() => this.till.backend.call('payment_cancel', { invoice, payment: payment.payment }));
    if (done !== null) this.till.router.swap('charge', invoice);
  }

  /** A new code at the rate of now for what remains; the old address stays watched. */
  async newCode(): Promise<void> {
    const { invoice, payment, next } = this;
    if (this.busy || payment === null) return;
    const sale = await this.command(() =>
      this.till.backend.call('payment_start', { invoice, payment: next, method: payment.method }),
    );
    if (sale !== null) this.next = newPaymentId();
  }

  /** Cancels the sale and keeps the cart; asks first when money was seen. */
  async cancel(): Promise<void> {
    const may = this.sale?.may;
    if (may?.cancel) await this.cancelSale(false);
    else if (may?.cancel_although_seen) this.asking = true;
  }

  async cancelSale(althoughSeen: boolean): Promise<void> {
    this.asking = false;
    const { invoice } = this;
    const sale = await this.command(() =>
      this.till.backend.call('sale_cancel', { invoice, although_seen: althoughSeen }),
    );
    if (sale === null) return;
    this.sell.release(invoice);
    this.till.router.go('sell');
  }

  /** Serves the next customer; this sale goes on by itself. */
  nextSale(): void {
    if (this.sale !== null && this.seen) this.sell.left.leave(this.sale);
    this.sell.finish(this.invoice);
    this.till.router.go('sell');
  }

  /** Plays the simulated customer. */
  async act(act: PracticeActDto): Promise<void> {
    const { invoice, payment } = this;
    if (payment !== null) {
      await this.watched.does(() => this.till.backend.call('practice_act', { invoice, payment: payment.payment, act }));
    }
  }

  private async command(deed: () => Promise<SaleDto>): Promise<SaleDto | null> {
    this.busy = true;
    const sale = await this.watched.does(deed);
    this.busy = false;
    return sale;
  }
}
