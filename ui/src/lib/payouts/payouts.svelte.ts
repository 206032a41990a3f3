/** What the processor sends to the bank, the latest first, and the one payout that is looked at with everything it is made of. */
import type { Backend, PayoutDto, PayoutRowDto, PayoutsReply } from '$lib/backend';
import { Pages } from '$lib/lists/pages.svelte';

export const PAGE_PAYOUTS = 50;

export class Payouts extends Pages<PayoutRowDto, PayoutsReply> {
  /** The payout that is looked at. */
  chosen = $state.raw<PayoutDto | null>(null);
  private wanted = '';

  constructor(private readonly backend: Backend) {
    super();
  }

  /** Looks at a payout, on the pages that were read or not; at the latest one when none is named. */
  async choose(payout: string): Promise<void> {
    this.wanted = payout;
    if (!this.loaded) return;
    await this.answer(async () => {
      const chosen = await this.whole(this.rows);
      return () => (this.chosen = chosen);
    });
  }

  /** Reads the one that is looked at too. */
  override read(): Promise<void> {
    return this.answer(async () => {
      const page = await this.shown();
      const [found] = await Promise.allSettled([this.whole(page.rows)]);
      return () => {
        this.take(page);
        // The address may name no payout: the list is shown all the same.
        if (found.status === 'rejected') throw found.reason;
        this.chosen = found.value;
      };
    });
  }

  /** The simulated processor pays out. What comes of it is told by the feed. */
  async payOut(short: boolean): Promise<void> {
    await this.backend.call('practice_payout', { short });
  }

  protected ask(after: PayoutRowDto | undefined): Promise<PayoutsReply> {
    return this.backend.call('payouts', { after: after?.payout ?? '', limit: PAGE_PAYOUTS });
  }

  private async whole(rows: PayoutRowDto[]): Promise<PayoutDto | null> {
    const payout = this.wanted === '' ? rows[0]?.payout : this.wanted;
    return payout === undefined ? null : this.backend.call('payout_get', { payout });
  }
}
