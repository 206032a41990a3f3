/**
 * Stripe beside the form: its secrets, which go into the keyring and are never read back, and the test of the connection.
 * What was typed is forgotten as soon as it is handed over.
 */
import { faultOf, type Backend, type Fault, type StripeSecretDto, type StripeStatusDto } from '$lib/backend';

export class StripeSetup {
  /** How Stripe stands at this till; null until the first answer. */
  status = $state.raw<StripeStatusDto | null>(null);
  fault = $state.raw<Fault | null>(null);
  /** What is being done. */
  busy = $state<'check' | 'secret' | null>(null);
  /** What stands in the fields for secrets. */
  typed: Record<StripeSecretDto, string> = $state({ key: '', webhook: '' });

  constructor(private readonly backend: Backend) {}

  read(): Promise<void> {
    return this.take(() => this.backend.call('stripe_status', {}));
  }

  /** Asks Stripe now. */
  async check(): Promise<void> {
    await this.does('check', () => this.backend.call('stripe_check', {}));
  }

  /** Puts what was typed into the keyring. */
  async store(name: StripeSecretDto): Promise<void> {
    const secret = this.typed[name].trim();
    if (secret === '' || this.busy !== null) return;
    this.typed[name] = '';
    await this.does('secret', () => this.backend.call('stripe_secret_set', { name, secret }));
  }

  async forget(name: StripeSecretDto): Promise<void> {
    await this.does('secret', () => this.backend.call('stripe_secret_forget', { name }));
  }

  private async does(what: 'check' | 'secret', deed: () => Promise<StripeStatusDto>): Promise<void> {
    if (this.busy !== null) return;
    this.busy = what;
    await this.take(deed);
    this.busy = null;
  }

  private async take(ask: () => Promise<StripeStatusDto>): Promise<void> {
    try {
      this.status = await ask();
      this.fault = null;
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }
}
