/** Objections of customers' banks, those first that wait for the shop's answer, by their deadlines. */
import type { Backend, DisputedSaleDto } from '$lib/backend';
import { Pages, type Page } from '$lib/lists/pages.svelte';
import { DisputeAnswer } from './answer.svelte';

export class Disputes extends Pages<DisputedSaleDto> {
  private readonly answers: Record<string, DisputeAnswer> = {};

  constructor(private readonly backend: Backend) {
    super();
  }

  /** How many wait for the shop's answer. */
  readonly waiting = $derived(this.rows.filter((row) => row.waits_for_answer).length);

  /** The answer to one of them, with what was typed so far. A bank that asks again, as a dispute, gets another one. */
  answerTo(one: DisputedSaleDto): DisputeAnswer {
    const key = `${one.dispute.reference} ${one.dispute.status}`;
    return (this.answers[key] ??= new DisputeAnswer(this.backend, one));
  }

  protected async ask(): Promise<Page<DisputedSaleDto>> {
    return { rows: await this.backend.call('disputes', {}), more: false };
  }
}
