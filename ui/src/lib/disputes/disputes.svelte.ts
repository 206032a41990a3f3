/** Objections of customers' banks, those first that wait for the shop's answer, by their deadlines. */
import type { Backend, DisputedSaleDto } from '$lib/backend';
import { Pages, type Page } from '$lib/lists/pages.svelte';

export class Disputes extends Pages<DisputedSaleDto> {
  constructor(private readonly backend: Backend) {
    super();
  }

  /** How many wait for the shop's answer. */
  readonly waiting = $derived(this.rows.filter((row) => row.waits_for_answer).length);

  protected async ask(): Promise<Page<DisputedSaleDto>> {
    return { rows: await this.backend.call('disputes', {}), more: false };
  }
}
