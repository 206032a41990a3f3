/**
 * The stream as it flows: asked for each second while the screen is seen, and never shown as live when it is not.
 *
 * An answer that fails or is late puts what was known away: old figures that look like new ones would be a lie.
 */
import { faultOf, type Backend, type Fault, type StreamStatusDto } from '$lib/backend';

const EVERY_MS = 1_000;
/** After this long without an answer, nothing is known any more. */
const LATE_MS = 3_000;

export class StreamWatch {
  /** What is known now; null before the first answer, and while none comes. */
  status = $state.raw<StreamStatusDto | null>(null);
  /** Why nothing can be known. */
  fault = $state.raw<Fault | null>(null);
  /** An answer is overdue. */
  isLate = $state(false);
  private turn = 0;

  constructor(
    private readonly backend: Backend,
    private readonly page: Document = document,
  ) {}

  readonly isUnread = $derived(this.fault !== null || this.isLate);

  /** Asks while the page is seen, until the returned function is called. */
  start(): () => void {
    const look = () => void this.watch();
    this.page.addEventListener('visibilitychange', look);
    look();
    return () => {
      this.page.removeEventListener('visibilitychange', look);
      this.turn += 1;
    };
  }

  /** One turn of asking: over when the page is hidden, left, or seen anew. */
  private async watch(): Promise<void> {
    const turn = ++this.turn;
    while (turn === this.turn && !this.page.hidden) {
      await this.read(turn);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }

  private async read(turn: number): Promise<void> {
    const late = setTimeout(() => this.lose(turn, null), LATE_MS);
    try {
      const status = await this.backend.call('stream_status', {});
      if (turn === this.turn) [this.status, this.fault, this.isLate] = [status, null, false];
    } catch (thrown) {
      this.lose(turn, faultOf(thrown));
    }
    clearTimeout(late);
  }

  private lose(turn: number, fault: Fault | null): void {
    if (turn !== this.turn) return;
    [this.status, this.fault, this.isLate] = [null, fault, fault === null];
  }
}
