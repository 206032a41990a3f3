/**
 * Stripe beside the form: its secrets, which go into the keyring and are never read back, and the test of the connection.
 * What was typed is forgotten as soon as it is handed over. The readers of the account are listed and registered here too.
 */
import {
  faultOf,
  type Backend,
  type Fault,
  type StripeReaderDto,
  type StripeReaderRegisterRequest,
  type StripeSecretDto,
  type StripeStatusDto,
} from '$lib/backend';

export class StripeSetup {
  /** How Stripe stands at this till; null until the first answer. */
  status = $state.raw<StripeStatusDto | null>(null);
  fault = $state.raw<Fault | null>(null);
  /** The account's readers, newest first; null while they could not be read. */
  readers = $state.raw<StripeReaderDto[] | null>(null);
  /** What is being done. */
  busy = $state<'check' | 'secret' | 'reader' | null>(null);
  /** What stands in the fields for secrets. */
  typed: Record<StripeSecretDto, string> = $state({ key: '', webhook: '' });

  constructor(private readonly backend: Backend) {}

  read(): Promise<void> {
    return this.take(() => this.backend.call('stripe_status', {}));
  }

  /** Asks Stripe now, and for its readers. */
  async check(): Promise<void> {
    await this.does('check', () => this.backend.call('stripe_check', {}));
    await this.readReaders();
  }

  /** Without a connection there is no list: why is said by the connection itself. */
  async readReaders(): Promise<void> {
    try {
      this.readers = await this.backend.call('stripe_readers', {});
    } catch {
      this.readers = null;
    }
  }

  /** Makes a reader the shop's. Gives it, or null with the refusal in `fault`. */
  async register(request: StripeReaderRegisterRequest): Promise<StripeReaderDto | null> {
    if (this.busy !== null) return null;
    this.busy = 'reader';
    this.fault = null;
    try {
      const reader = await this.backend.call('stripe_reader_register', request);
      await this.readReaders();
      return reader;
    } catch (thrown) {
      this.fault = faultOf(thrown);
      return null;
    } finally {
      this.busy = null;
    }
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
