/**
 * The sale in the making: what is keyed in, the cart, its sums from the core, and the one intent to open it as a sale.
 * Lives as long as the page, so that the cart is kept through choosing a tender, paying and coming back.
 */
import { createContext } from 'svelte';
import { faultOf, type CartLineDto, type CartTotalsDto, type SaleDto, type StatusDto } from '$lib/backend';
import { newInvoiceId } from '$lib/backend/ids';
import { holdsCardNumber } from '$lib/cards/card-number';
import { Money } from '$lib/money';
import type { Till } from '$lib/shell/till.svelte';
import { Cart, lineDto, QUANTITY_MAX } from './cart.svelte';
import { AmountEntry } from './entry.svelte';
import { LeftSales } from './left-sales.svelte';
import { forgetCart, keepCart, recallCart } from './memory';

/** The id is made once per content of the cart: pressing Charge again opens no second sale. */
interface Intent {
  invoice: string;
  content: string;
}

export class Sell {
  readonly cart = new Cart();
  readonly entry: AmountEntry;
  /** Sales left to go on by themselves. */
  readonly left: LeftSales;
  /** Quantity of the line being keyed in. */
  quantity = $state(1);
  description = $state('');
  note = $state('');
  taxPercent = $state('0');
  /** Rates to choose from; the first is usual. */
  taxRates = $state.raw<readonly string[]>([]);
  /** The key of the line that shows its controls. */
  selected = $state<number | null>(null);
  /** Sums of the cart and of what is keyed in; null while there is nothing to sum. */
  totals = $state.raw<CartTotalsDto | null>(null);
  opening = $state(false);
  private intent: Intent | null = null;
  private asked = 0;
  private mode: string | null = null;

  constructor(private readonly till: Till) {
    this.left = new LeftSales(till);
    this.entry = new AmountEntry(
      () => till.status?.currency ?? '',
      () => till.status?.scale ?? 0,
    );
  }

  /** Something can be charged. */
  get ready(): boolean {
    return !this.cart.isEmpty || this.draft !== null;
  }

  /** What is keyed in but not added yet. Nothing is sold before the shop's tax rates are known. */
  get draft(): CartLineDto | null {
    const price = this.entry.money;
    if (price.isZero || this.taxRates.length === 0) return null;
    const { quantity, description, note, taxPercent } = this;
    return lineDto({ price, quantity, description, note, taxPercent });
  }

  get total(): Money {
    const { currency, scale } = this.entry.money;
    return this.totals === null ? Money.of(0n, currency, scale) : Money.from(this.totals.total);
  }

  /** Follows the till to another mode or a restarted page: its own cart, or an empty one. */
  follow(status: StatusDto): void {
    if (status.mode === this.mode) return;
    this.mode = status.mode;
    this.empty();
    this.left.forget();
    const kept = recallCart(status.mode, status.currency);
    if (kept !== null) {
      this.cart.restore(kept.lines, kept.note);
      this.intent = kept.invoice === null ? null : { invoice: kept.invoice, content: this.content() };
    }
    void this.recount();
  }

  /** Reads the tax rates to offer. */
  async readRates(): Promise<void> {
    const settings = await this.till.read('settings_get', {});
    if (settings === null) return;
    const untouched = this.draft === null;
    this.taxRates = settings.tax.rates;
    if (untouched) this.taxPercent = this.usualTax;
    void this.recount();
  }

  get usualTax(): string {
    return this.taxRates[0] ?? '0';
  }

  /** Takes a key for the amount; true when it meant something. */
  press(key: string): boolean {
    if (!this.entry.press(key)) return false;
    this.selected = null;
    void this.recount();
    return true;
  }

  /** Reads a pasted text as an amount. */
  async paste(text: string): Promise<void> {
    if (holdsCardNumber(text)) return this.till.refuseCardNumber();
    const read = await this.till.attempt(() => this.till.backend.call('amount_read', { text }));
    if (read !== null) this.entry.take(Money.from(read));
    void this.recount();
  }

  /** Makes the digits the quantity; with no digits, opens the last line's quantity, or goes back to one. */
  times(): void {
    const count = this.entry.count(QUANTITY_MAX);
    if (count !== null) {
      this.quantity = count;
      this.entry.clear();
    } else if (this.quantity > 1) this.quantity = 1;
    else this.selected = this.cart.lines.at(-1)?.key ?? null;
    void this.recount();
  }

  /** Moves what is keyed in into the cart. */
  add(): void {
    const draft = this.draft;
    if (draft === null) return;
    this.cart.add({
      description: draft.description,
      quantity: draft.quantity,
      price: this.entry.money,
      taxPercent: draft.tax_percent,
      note: draft.note,
    });
    this.resetDraft();
    this.changed();
  }

  /** Forgets what is keyed in. */
  clearEntry(): void {
    this.resetDraft();
    void this.recount();
  }

  /** After any change of the cart: sums again, and remembers it. */
  changed(): void {
    if (!this.cart.lines.some((line) => line.key === this.selected)) this.selected = null;
    this.remember();
    void this.recount();
  }

  /** Opens the sale and shows the ways to pay. */
  async charge(): Promise<void> {
    if (this.opening || !this.ready) return;
    this.add();
    this.opening = true;
    const sale = await this.till.attempt(() => this.open());
    this.opening = false;
    if (sale !== null) this.till.router.go('charge', sale.invoice);
  }

  /** The sale this cart became is done: an empty cart for the next customer. */
  finish(invoice: string): void {
    if (this.intent?.invoice !== invoice) return;
    this.empty();
    if (this.mode !== null) forgetCart(this.mode);
  }

  /** That sale was cancelled: the cart is kept, and charging it again opens a new sale. */
  release(invoice: string): void {
    if (this.intent?.invoice !== invoice) return;
    this.intent = null;
    this.remember();
  }

  private async open(): Promise<SaleDto> {
    const content = this.content();
    if (this.intent !== null && this.intent.content !== content) await this.leave(this.intent);
    this.intent ??= { invoice: newInvoiceId(), content };
    this.remember();
    const { invoice } = this.intent;
    const lines = this.cart.lines.map(lineDto);
    return this.till.backend.call('sale_open', { invoice, lines, note: this.cart.note });
  }

  /** The cart was changed after it became a sale: that sale ends, unless it has already, or its money is on the way. */
  private async leave(intent: Intent): Promise<void> {
    try {
      await this.till.backend.call('sale_cancel', { invoice: intent.invoice, although_seen: false });
    } catch (thrown) {
      if (!['not_now', 'not_found'].includes(faultOf(thrown).code)) throw thrown;
    }
    this.intent = null;
  }

  private content(): string {
    return JSON.stringify([this.cart.lines.map(lineDto), this.cart.note]);
  }

  private remember(): void {
    const lines = this.cart.lines.map(lineDto);
    if (this.mode !== null) keepCart(this.mode, { lines, note: this.cart.note, invoice: this.intent?.invoice ?? null });
  }

  private empty(): void {
    this.cart.finish();
    this.intent = null;
    this.totals = null;
    this.resetDraft();
  }

  private resetDraft(): void {
    this.entry.clear();
    this.quantity = 1;
    this.description = '';
    this.note = '';
    this.taxPercent = this.usualTax;
  }

  /** Asks the core for the sums; only the answer to the newest question counts. */
  private async recount(): Promise<void> {
    this.asked += 1;
    const question = this.asked;
    const draft = this.draft;
    const lines = [...this.cart.lines.map(lineDto), ...(draft === null ? [] : [draft])];
    if (lines.length === 0) {
      this.totals = null;
      return;
    }
    const totals = await this.till.read('cart_totals', { lines });
    if (question === this.asked && totals !== null) this.totals = totals;
  }
}

export const [getSell, setSell] = createContext<Sell>();
