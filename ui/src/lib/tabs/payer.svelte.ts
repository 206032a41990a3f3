/**
 * The cards of one payer, and the page on which the payer saves one more.
 *
 * Nothing is remembered here: the processor's list is read anew after each deed. A page is opened and looked at by the same
 * call with the same id, so that an answer that was lost is had by asking again, and a page is opened once.
 */
import { faultOf, type Backend, type Fault, type FaultCode, type SavedCardDto, type SavingPageDto } from '$lib/backend';
import { newPageId } from '$lib/backend/ids';

/** Between two looks at a page. */
export const LOOK_MS = 2_000;

/** After these the page may be there, or come: it is asked for again. */
const MAY_PASS: FaultCode[] = ['unknown', 'rail_unavailable', 'unreachable'];

export class PayerCards {
  /** Newest first; null until they were read. */
  cards = $state.raw<SavedCardDto[] | null>(null);
  fault = $state.raw<Fault | null>(null);
  busy = $state(false);
  /** The page that the payer saves a card on; null when there is none. */
  page = $state.raw<string | null>(null);
  /** What is known of it; null until its first answer. */
  seen = $state.raw<SavingPageDto | null>(null);
  /** How the last page ended, until the next deed. */
  outcome = $state.raw<'saved' | 'closed' | null>(null);

  constructor(
    private readonly backend: Backend,
    readonly payer: string,
  ) {}

  /** Reads the cards. */
  read(): Promise<void> {
    return this.decide(async () => {
      this.cards = await this.backend.call('payer_cards', { payer: this.payer });
    });
  }

  /** Opens a page, and looks at it until it is over or called off. */
  async save(): Promise<void> {
    if (this.page !== null || this.busy) return;
    const page = newPageId();
    [this.page, this.seen, this.outcome, this.fault] = [page, null, null, null];
    while (this.page === page) {
      await this.look(page);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** The simulated payer saves a card. */
  async practise(): Promise<void> {
    const { payer, page } = this;
    if (page === null) return;
    await this.decide(async () => {
      await this.took(page, await this.backend.call('practice_payer_saves', { payer, page }));
    });
  }

  /** Closes the page. A card that was saved on it meanwhile is saved. */
  async callOff(): Promise<void> {
    const { payer, page } = this;
    if (page === null) return;
    await this.decide(async () => {
      await this.took(page, await this.backend.call('payer_page_close', { payer, page }));
      if (this.outcome === 'closed') this.outcome = null;
    });
  }

  /** Has a card forgotten for good. */
  forget({ card }: SavedCardDto): Promise<void> {
    this.outcome = null;
    return this.decide(async () => {
      this.cards = await this.backend.call('payer_card_forget', { payer: this.payer, card });
    });
  }

  /** Nobody looks any more: a page that is open is closed, or closes by itself within the hour. */
  leave(): void {
    const { payer, page } = this;
    this.page = null;
    if (page !== null) this.backend.call('payer_page_close', { payer, page }).catch(() => undefined);
  }

  private async look(page: string): Promise<void> {
    try {
      const seen = await this.backend.call('payer_page', { payer: this.payer, page });
      if (this.page !== page) return;
      this.fault = null;
      await this.took(page, seen);
    } catch (thrown) {
      if (this.page !== page) return;
      this.fault = faultOf(thrown);
      if (!MAY_PASS.includes(this.fault.code)) this.page = null;
    }
  }

  private async took(page: string, seen: SavingPageDto): Promise<void> {
    if (this.page !== page) return;
    this.seen = seen;
    if (seen.state === 'open') return;
    [this.page, this.outcome] = [null, seen.state];
    if (seen.state === 'saved') this.cards = await this.backend.call('payer_cards', { payer: this.payer });
  }

  private async decide(deed: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    [this.busy, this.fault] = [true, null];
    try {
      await deed();
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
    this.busy = false;
  }
}
