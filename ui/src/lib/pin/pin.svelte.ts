/**
 * The owner's PIN: what is asked next while one is set, changed or removed. What was typed is forgotten as soon as it was
 * handed over or the dialog is closed.
 */
import { faultOf, type Backend, type Fault, type PinStatusDto } from '$lib/backend';

/** What the dialog asks for. */
export type PinStep = 'present' | 'new' | 'again' | 'words';

export const PIN_DIGITS_MIN = 6;
export const PIN_DIGITS_MAX = 12;

export class OwnersPin {
  /** How it stands; null until the first answer. */
  status = $state.raw<PinStatusDto | null>(null);
  /** What is asked now; null while there is no dialog. */
  step = $state<PinStep | null>(null);
  fault = $state.raw<Fault | null>(null);
  /** The new PIN and its repetition were not the same. */
  differs = $state(false);
  busy = $state(false);
  private isRemoving = false;
  private present: string | null = null;
  private chosen = '';

  constructor(private readonly backend: Backend) {}

  async read(): Promise<void> {
    await this.take(async () => {
      this.status = await this.backend.call('pin_status', {});
    });
  }

  /** Sets the first PIN, or another one behind the present. */
  change(): void {
    this.begin(false, this.status?.is_set === true ? 'present' : 'new');
  }

  remove(): void {
    this.begin(true, 'present');
  }

  /** Nobody remembers it: the words of a wallet remove it. */
  forgotten(): void {
    this.begin(true, 'words');
  }

  close(): void {
    this.step = null;
    this.present = null;
    this.chosen = '';
    this.differs = false;
  }

  /** Takes what was typed into the dialog. */
  async give(typed: string): Promise<void> {
    if (this.busy || this.step === null) return;
    this.differs = false;
    if (this.step === 'new') {
      this.chosen = typed;
      this.step = 'again';
    } else if (this.step === 'again') {
      await this.repeat(typed);
    } else if (this.isRemoving) {
      await this.finish(() => this.backend.call('pin_forget', { proof: typed }));
    } else {
      await this.prove(typed);
    }
  }

  private begin(isRemoving: boolean, step: PinStep): void {
    this.close();
    this.fault = null;
    this.isRemoving = isRemoving;
    this.step = step;
  }

  private async prove(typed: string): Promise<void> {
    await this.take(async () => {
      this.status = await this.backend.call('pin_check', { pin: typed });
      this.present = typed;
      this.step = 'new';
    });
  }

  private async repeat(typed: string): Promise<void> {
    if (typed !== this.chosen) {
      this.differs = true;
      this.chosen = '';
      this.step = 'new';
      return;
    }
    const request = { present: this.present, new: typed };
    await this.finish(() => this.backend.call('pin_set', request));
    if (this.fault?.code === 'bad_request') this.step = 'new';
  }

  private async finish(deed: () => Promise<PinStatusDto>): Promise<void> {
    await this.take(async () => {
      this.status = await deed();
      this.close();
    });
  }

  /** A wrong PIN may have begun a wait: then there is nothing to type, and the dialog goes. */
  private async take(deed: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.fault = null;
    try {
      await deed();
    } catch (thrown) {
      this.fault = faultOf(thrown);
      if (this.fault.code === 'wrong_pin') await this.look();
    } finally {
      this.busy = false;
    }
  }

  private async look(): Promise<void> {
    try {
      this.status = await this.backend.call('pin_status', {});
      if (this.status.wait_seconds > 0) this.close();
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }
}
