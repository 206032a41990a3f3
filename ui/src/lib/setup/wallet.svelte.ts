/**
 * A wallet for bitcoin: new words with a proof that they were written down, words the owner has, or a public key of a
 * hardware wallet.
 *
 * Invariant: words live in this object only while their screen is shown. `forget` empties it; the screen calls it when
 * it is left, and after the window was hidden for `HIDDEN_MS_MAX`.
 */
import { faultOf, type Backend, type Fault, type SettingsDto } from '$lib/backend';

/** How long words may stay behind another window before they are gone. */
export const HIDDEN_MS_MAX = 60_000;

export type WalletStep = 'choose' | 'words' | 'proof' | 'import' | 'watch' | 'done';

export class Wallet {
  step = $state<WalletStep>('choose');
  words = $state.raw<string[]>([]);
  /** Positions asked back, counted from 0. */
  asked = $state.raw<number[]>([]);
  answers = $state<string[]>([]);
  /** What is typed or pasted on the import and watch screens. */
  typed = $state('');
  account = $state('');
  wrongProof = $state(false);
  wasHidden = $state(false);
  busy = $state(false);
  fault = $state.raw<Fault | null>(null);
  private hiddenTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly backend: Backend) {}

  readonly isProofTyped = $derived(this.asked.length > 0 && this.answers.every((answer) => answer.trim() !== ''));
  readonly typedWordCount = $derived(this.typed.trim() === '' ? 0 : this.typed.trim().split(/\s+/).length);
  readonly isWordCountRight = $derived(this.typedWordCount === 12 || this.typedWordCount === 24);

  choose(step: 'import' | 'watch'): void {
    this.forget();
    this.step = step;
  }

  async create(count: 12 | 24): Promise<void> {
    this.forget();
    await this.ask(async () => {
      const fresh = await this.backend.call('wallet_create', { words: count });
      this.words = fresh.words;
      this.asked = fresh.ask;
      this.answers = fresh.ask.map(() => '');
      this.step = 'words';
    });
  }

  /** The owner says the words are written down: they leave the screen, and three are asked back. */
  wroteThemDown(): void {
    this.words = [];
    this.step = 'proof';
  }

  async prove(): Promise<void> {
    if (!this.isProofTyped) return;
    await this.ask(async () => this.finish(await this.backend.call('wallet_prove', { answers: [...this.answers] })));
    this.wrongProof = this.fault?.code === 'bad_request';
    if (this.wrongProof) this.fault = null;
  }

  async importWords(): Promise<void> {
    if (!this.isWordCountRight) return;
    await this.ask(async () => this.finish(await this.backend.call('wallet_import', { words: this.typed.trim() })));
  }

  async watch(): Promise<void> {
    if (this.typed.trim() === '') return;
    await this.ask(async () => this.finish(await this.backend.call('wallet_watch', { account: this.typed.trim() })));
  }

  /** Back to the choice, with nothing kept. */
  startOver(): void {
    this.forget();
    this.wasHidden = false;
    this.step = 'choose';
  }

  /** Empties everything that could show or hold a word. */
  forget(): void {
    clearTimeout(this.hiddenTimer);
    this.words = [];
    this.asked = [];
    this.answers = [];
    this.typed = '';
    this.wrongProof = false;
    this.fault = null;
  }

  /** Tells that the window is hidden or shown again. */
  hidden(isHidden: boolean): void {
    clearTimeout(this.hiddenTimer);
    if (!isHidden || !this.isSecretStep()) return;
    this.hiddenTimer = setTimeout(() => {
      this.startOver();
      this.wasHidden = true;
    }, HIDDEN_MS_MAX);
  }

  private isSecretStep(): boolean {
    return this.step === 'words' || this.step === 'proof' || this.step === 'import';
  }

  private finish(settings: SettingsDto): void {
    this.forget();
    this.account = settings.bitcoin.account;
    this.step = 'done';
  }

  private async ask(call: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.fault = null;
    try {
      await call();
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
    this.busy = false;
  }
}
