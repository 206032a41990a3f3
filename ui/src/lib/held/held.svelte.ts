/** Money that is held for the shop, what the bank lets go of soonest first: it is taken, in full or in part, or let go. */
import { faultOf, type Backend, type Fault, type HeldCardDto, type SaleDto } from '$lib/backend';
import { Part } from '$lib/card/part.svelte';
import { Pages, type Page } from '$lib/lists/pages.svelte';

export class Held extends Pages<HeldCardDto> {
  readonly part: Part;
  busy = $state(false);
  /** Why the last deed was refused. */
  refused = $state.raw<Fault | null>(null);

  constructor(private readonly backend: Backend) {
    super();
    this.part = new Part(backend);
  }

  /** Takes what was chosen of it; the rest is let go. */
  async capture(held: HeldCardDto): Promise<void> {
    const amount = this.part.amountOf(held.amount);
    if (amount === null || !mayDecide(held)) return;
    const { invoice, payment } = held;
    await this.decide(() => this.backend.call('card_capture', { invoice, payment, amount }));
  }

  /** Lets go of all of it. */
  async letGo(held: HeldCardDto): Promise<void> {
    const { invoice, payment } = held;
    if (mayDecide(held)) await this.decide(() => this.backend.call('card_cancel', { invoice, payment }));
  }

  protected async ask(): Promise<Page<HeldCardDto>> {
    return { rows: await this.backend.call('cards_held', {}), more: false };
  }

  /** What comes of it is told by the processor: the list is read again. */
  private async decide(deed: () => Promise<SaleDto>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.refused = null;
    try {
      await deed();
      this.part.reset();
    } catch (thrown) {
      this.refused = faultOf(thrown);
    }
    await this.read();
    this.busy = false;
  }
}

/** Nothing was decided about it yet. */
export function mayDecide({ capturing, cancelling }: HeldCardDto): boolean {
  return !capturing && !cancelling;
}
