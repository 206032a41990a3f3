/**
 * The first run: three questions, then the till sells. Practice and live have books of their own: whoever chooses the
 * other one answers for both at once. A till started in the sandbox stays there and is not asked.
 */
import type { Backend, StatusDto } from '$lib/backend';

export type Step = 'shop' | 'currency' | 'money';
export type Start = 'practice' | 'bitcoin';

export class FirstRun {
  step = $state<Step>('shop');
  shopName = $state('');
  currency = $state('EUR');
  language = $state('en');
  start = $state<Start>('bitcoin');
  /** Set when somebody went on without a name. */
  lacksName = $state(false);
  busy = $state(false);
  readonly steps: readonly Step[];

  constructor(
    private readonly backend: Backend,
    private readonly mode: string,
  ) {
    this.steps = mode === 'sandbox' ? ['shop', 'currency'] : ['shop', 'currency', 'money'];
    if (mode === 'practice') this.start = 'practice';
  }

  readonly number = $derived.by(() => this.steps.indexOf(this.step) + 1);
  readonly isLast = $derived.by(() => this.step === this.steps.at(-1));

  /** Goes on to the next question, if this one is answered. */
  next(): void {
    this.lacksName = this.shopName.trim() === '';
    this.step = this.lacksName ? 'shop' : (this.steps[this.number] ?? this.step);
  }

  back(): void {
    this.step = this.steps[this.number - 2] ?? this.step;
  }

  /**
   * Writes the answers down. Gives the till's status when it is ready, null for a press while the first is on its way.
   * Throws a `Fault`.
   */
  async finish(): Promise<StatusDto | null> {
    if (this.busy) return null;
    this.busy = true;
    try {
      return await this.finishHere();
    } finally {
      this.busy = false;
    }
  }

  private async finishHere(): Promise<StatusDto> {
    const here = await this.writeAnswers();
    const wanted = this.start === 'practice' ? 'practice' : 'live';
    if (this.mode === 'sandbox' || this.mode === wanted) return here;
    const there = await this.backend.call('mode_switch', { mode: wanted });
    return there.first_run ? this.writeAnswers() : there;
  }

  private writeAnswers(): Promise<StatusDto> {
    const { currency, language } = this;
    return this.backend.call('setup_finish', { shop_name: this.shopName.trim(), currency, language });
  }
}
