/** Choosing a way to pay for what is still open of a sale. */
import type { CardWayDto, PaymentDto, SaleDto, TenderDto } from '$lib/backend';
import { newPaymentId } from '$lib/backend/ids';
import type { Till } from '$lib/shell/till.svelte';
import { WatchedSale } from '$lib/shell/watched-sale.svelte';
import { waysOf, type Way } from './ways';

/** Finds the way to pay that a key stands for. */
export type Pick = (ways: readonly Way[]) => Way | undefined;

/** Where the customer presents the card, by way to pay. */
const CARD_WAYS: Partial<Record<string, CardWayDto>> = { card_reader: 'reader', card_phone: 'phone' };

export class Charge {
  readonly watched: WatchedSale;
  tenders = $state.raw<readonly TenderDto[]>([]);
  /** The clerk is choosing among the coins of EVM chains. */
  areCoinsOpen = $state(false);
  /** The method whose code is being made. */
  starting = $state<string | null>(null);
  /** What the clerk pressed before the ways to pay were known. */
  private early: Pick | null = null;
  private areTendersKnown = false;
  /** The payment to be, once per method: a repeated press starts one. */
  private intents: Record<string, string> = {};

  constructor(
    private readonly till: Till,
    readonly invoice: string,
  ) {
    this.watched = new WatchedSale(till, invoice);
  }

  /** The ways to pay as they are listed, in the order of their keys. */
  readonly ways = $derived(waysOf(this.tenders));

  /** What the keys stand for now: the ways to pay, or the coins among which the clerk chooses. */
  readonly listed: readonly Way[] = $derived.by(() => {
    const group = this.areCoinsOpen ? this.ways.find((way) => 'coins' in way) : undefined;
    return group === undefined || !('coins' in group) ? this.ways : group.coins.map((tender) => ({ tender }));
  });

  get sale(): SaleDto | null {
    return this.watched.sale;
  }

  /** A code of this sale that can still be paid. */
  get openCode(): PaymentDto | null {
    return this.sale?.payments.findLast(isOpenCode) ?? null;
  }

  /** Follows the sale, and the readiness of each way to pay, until the returned function is called. */
  start(): () => void {
    void this.readTenders();
    const stops = [
      this.watched.start(),
      this.till.backend.onChange(({ topic, id }) => {
        if (topic !== 'sale' || id === this.invoice) void this.readTenders();
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }

  async readTenders(): Promise<void> {
    const tenders = await this.till.read('tenders', { invoice: this.invoice });
    if (tenders === null) return;
    this.tenders = tenders;
    this.areTendersKnown = true;
    const { early } = this;
    this.early = null;
    if (early !== null) this.press(early);
  }

  /** Takes the way a key stands for. A key pressed before the ways to pay are known counts once they are. */
  press(pick: Pick): void {
    if (!this.areTendersKnown) {
      this.early = pick;
      return;
    }
    const way = pick(this.listed);
    if (way === undefined) return;
    if ('coins' in way) this.areCoinsOpen = true;
    else void this.choose(way.tender);
  }

  /** Takes the way the clerk chose, if it is ready: cash has a screen of its own, the others show a code. */
  async choose(tender: TenderDto): Promise<void> {
    if (!tender.available || this.starting !== null) return;
    if (tender.method === 'cash') this.till.router.go('cash', this.invoice);
    else if (this.openCode?.method === tender.method) this.till.router.go('payment', this.invoice);
    else await this.startPayment(tender.method);
  }

  private async startPayment(method: string): Promise<void> {
    const { invoice } = this;
    const payment = (this.intents[method] ??= newPaymentId());
    this.starting = method;
    const way = CARD_WAYS[method];
    const sale = await this.watched.does(() =>
      way === undefined
        ? this.till.backend.call('payment_start', { invoice, payment, method })
        : this.till.backend.call('card_start', { invoice, payment, way, reader: '', capture_later: null }),
    );
    this.starting = null;
    if (sale === null) return;
    this.intents = {};
    this.till.router.go(way === undefined ? 'payment' : 'card', invoice);
  }
}

function isOpenCode(payment: PaymentDto): boolean {
  return (
    !payment.cancelled && payment.code !== null && payment.code.remaining_ms > 0 && payment.code.remaining.minor !== '0'
  );
}
