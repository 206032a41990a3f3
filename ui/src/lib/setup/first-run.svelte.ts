/**
 * The first run: three questions, then the till sells. Choosing bitcoin sets up the live books too and goes on to the
 * wallet; a till started in the sandbox stays there.
 */
import type { Backend, StatusDto } from '$lib/backend';

export type Step = 'shop' | 'currency' | 'money';
export type Start = 'practice' | 'bitcoin';

const STEPS: Step[] = ['shop', 'currency', 'money'];

export class FirstRun {
  step = $state<Step>('shop');
  shopName = $state('');
  currency = $state('EUR');
  language = $state('en');
  start = $state<Start>('practice');
  /** Set when somebody went on without a name. */
  lacksName = $state(false);
  busy = $state(false);

  constructor(private readonly backend: Backend) {}

  readonly number = $derived(STEPS.indexOf(this.step) + 1);
  readonly steps = STEPS.length;

  /** Goes on to the next question, if this one is answered. */
  next(): void {
    this.lacksName = this.shopName.trim() === '';
    if (this.lacksName) {
      this.step = 'shop';
      return;
    }
    this.step = STEPS[STEPS.indexOf(this.step) + 1] ?? this.step;
  }

  back(): void {
    this.step = STEPS[STEPS.indexOf(this.step) - 1] ?? this.step;
  }

  /**
   * Writes the answers down. Gives the till's status when it is ready, null for a press while the first is on its way.
   * Throws a `Fault`.
   */
  async finish(mode: string): Promise<StatusDto | null> {
    if (this.busy) return null;
    this.busy = true;
    try {
      return await this.finishIn(mode);
    } finally {
      this.busy = false;
    }
  }

  private async finishIn(mode: string): Promise<StatusDto> {
    const here = await this.writeAnswers();
    if (this.start === 'practice' || mode !== 'practice') return here;
    const live = await this.backend.call('mode_switch', { mode: 'live' });
    return live.first_run ? this.writeAnswers() : live;
  }

  private writeAnswers(): Promise<StatusDto> {
    const { currency, language } = this;
    return this.backend.call('setup_finish', { shop_name: this.shopName.trim(), currency, language });
  }
}
