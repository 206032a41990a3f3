/**
 * Dead letters: what could not be carried out, read page by page, oldest first, and tried again one by one or all.
 *
 * Trying again is safe to repeat: what was taken meanwhile is answered as taken, and nothing is taken twice.
 */
import {
  faultOf,
  type Backend,
  type DeadLetterDto,
  type DeadLettersReply,
  type Fault,
  type OutcomeDto,
} from '$lib/backend';
import { Pages } from '$lib/lists/pages.svelte';

/** The core gives at most this many at once. */
export const PAGE_LETTERS = 200;

/** Tried together, so that they share a commit. */
const SIDE_BY_SIDE = 8;

/** What trying one again came to. */
export interface Told {
  letter: DeadLetterDto;
  isTaken: boolean;
  /** Why it was not taken, in the till's own words. */
  reason: string;
}

/** How trying all of them again goes, or went. */
export interface Round {
  tried: number;
  /** How many there were to try. */
  of: number;
  taken: number;
  /** It went through all of them. */
  isWhole: boolean;
}

export class Letters extends Pages<DeadLetterDto, DeadLettersReply> {
  /** How many nobody has dealt with, on all pages. */
  open = $state(0);
  /** One is being tried again. */
  busy = $state(false);
  told = $state.raw<Told | null>(null);
  /** All are being tried again. */
  round = $state.raw<Round | null>(null);
  /** What the last such round came to. */
  ended = $state.raw<Round | null>(null);
  private isStopped = false;

  constructor(private readonly backend: Backend) {
    super();
  }

  readonly isIdle = $derived(!this.busy && this.round === null);

  /** Tries one again. It leaves the list when it is taken; else the list says why not this time. */
  async retry(letter: DeadLetterDto): Promise<void> {
    if (!this.isIdle) return;
    this.busy = true;
    this.told = this.ended = null;
    try {
      const outcome = await this.tryAgain(letter);
      this.told = { letter, isTaken: isTaken(outcome), reason: outcome.reason ?? '' };
      await this.read();
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
    this.busy = false;
  }

  /** Tries all again that are there now, until it is through or stopped. */
  async retryAll(): Promise<void> {
    if (!this.isIdle) return;
    this.told = this.ended = null;
    this.isStopped = false;
    this.round = { tried: 0, of: this.open, taken: 0, isWhole: false };
    let failed: Fault | null = null;
    try {
      await this.goRound();
    } catch (thrown) {
      failed = faultOf(thrown);
    }
    [this.ended, this.round] = [this.round, null];
    await this.read();
    if (failed !== null) this.fault = failed;
  }

  /** Ends the round after those that are being tried. */
  stop(): void {
    this.isStopped = true;
  }

  /** Letters that come while it goes round are for the next one, so that it ends. */
  private async goRound(): Promise<void> {
    let last: DeadLetterDto | undefined;
    let more = true;
    while (more) {
      const page = await this.ask(last);
      for (let at = 0; at < page.rows.length; at += SIDE_BY_SIDE) {
        const left = (this.round?.of ?? 0) - (this.round?.tried ?? 0);
        if (this.isStopped || left <= 0) return this.endRound();
        await this.tryTogether(page.rows.slice(at, at + Math.min(SIDE_BY_SIDE, left)));
      }
      [last, more] = [page.rows.at(-1), page.more];
    }
    this.endRound();
  }

  /** Those that were answered count, also when another was not. */
  private async tryTogether(letters: DeadLetterDto[]): Promise<void> {
    const answers = await Promise.allSettled(letters.map((letter) => this.tryAgain(letter)));
    const outcomes = answers.filter((answer) => answer.status === 'fulfilled').map(({ value }) => value);
    if (this.round === null) return;
    const { tried, taken } = this.round;
    const takenNow = outcomes.filter(isTaken).length;
    this.round = { ...this.round, tried: tried + outcomes.length, taken: taken + takenNow };
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  private endRound(): void {
    if (this.round !== null) this.round = { ...this.round, isWhole: !this.isStopped };
  }

  protected ask(after: DeadLetterDto | undefined): Promise<DeadLettersReply> {
    return this.backend.call('dead_letters', { after: after?.number ?? 0, limit: PAGE_LETTERS });
  }

  protected override take(page: DeadLettersReply): void {
    super.take(page);
    this.open = page.open;
  }

  private tryAgain({ number }: DeadLetterDto): Promise<OutcomeDto> {
    return this.backend.call('dead_letter_retry', { number });
  }
}

/** What names a letter among all kinds, in addresses too. */
export function keyOf({ kind, number }: DeadLetterDto): string {
  return `${kind}-${number}`;
}

/** Also what was taken meanwhile, by somebody else. */
function isTaken({ outcome }: OutcomeDto): boolean {
  return outcome === 'accepted' || outcome === 'duplicate';
}
