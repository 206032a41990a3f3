/** What every screen stands on: the core behind its one door, what it last said of itself, and where we are. */
import { createContext } from 'svelte';
import {
  Fault,
  faultOf,
  type Backend,
  type CommandName,
  type Commands,
  type Connection,
  type StatusDto,
} from '$lib/backend';
import { language } from '$words';
import { Router } from './router.svelte';

/** Ages in the strip, and a till that fell silent, are noticed within this time and the answer's own. */
const STATUS_EVERY_MS = 3_000;

/** Something that the simulated customer, or the simulated processor, can do. */
export interface PracticeDeed {
  word: string;
  act: () => void;
}

export class Till {
  /** What the core last said; null until its first answer. */
  status = $state.raw<StatusDto | null>(null);
  connection = $state<Connection>('connected');
  /** The last thing that was refused, until it is put away or something succeeds. */
  fault = $state.raw<Fault | null>(null);
  /** Why nothing can be sold any more until the till is started again. Nothing puts it away. */
  broken = $state.raw<Fault | null>(null);
  private faultOfReading: Fault | null = null;
  private refreshing: Promise<void> | null = null;
  private isStale = false;
  /** What the simulated customer can do: something while a payment is on screen in practice mode. */
  customer = $state.raw<readonly PracticeDeed[]>([]);
  /** What the simulated processor can do: something while its payouts are on screen in practice mode. */
  processor = $state.raw<readonly PracticeDeed[]>([]);
  readonly router = new Router();
  readonly practice = $derived(this.status?.mode === 'practice');

  constructor(readonly backend: Backend) {}

  /** Listens to the core until the returned function is called. */
  start(): () => void {
    const stops = [
      this.backend.onConnection((connection) => this.connected(connection)),
      this.backend.onChange(({ topic }) => {
        if (topic !== 'sale') void this.refresh();
      }),
    ];
    const beat = setInterval(() => void this.refresh(), STATUS_EVERY_MS);
    void this.refresh();
    return () => {
      clearInterval(beat);
      for (const stop of stops) stop();
    };
  }

  /** Reads the status again; once more after that when it is asked for meanwhile, however often. */
  refresh(): Promise<void> {
    this.isStale = true;
    this.refreshing ??= this.readWhileStale();
    return this.refreshing;
  }

  private async readWhileStale(): Promise<void> {
    while (this.isStale) {
      this.isStale = false;
      await this.readStatus();
    }
    this.refreshing = null;
  }

  /** A failure shows in the connection, so it is no fault of its own. */
  private async readStatus(): Promise<void> {
    try {
      this.accept(await this.backend.call('status', {}));
    } catch (thrown) {
      const fault = faultOf(thrown);
      if (fault.code === 'broken') this.broken = fault;
      else if (this.status === null) this.fault = fault;
    }
  }

  /** Takes a status that came as a reply. */
  accept(status: StatusDto): void {
    if (this.status === null) this.fault = null;
    this.status = status;
    language.choose(status.language);
    if (status.first_run && this.router.now.name !== 'setup') this.router.swap('setup');
  }

  /**
   * Does something the clerk asked for. A refusal is shown on top of the screen until it is put away or the next deed
   * succeeds, and null is returned.
   */
  async attempt<T>(deed: () => Promise<T>): Promise<T | null> {
    try {
      const done = await deed();
      this.fault = null;
      return done;
    } catch (thrown) {
      this.fault = faultOf(thrown);
      return null;
    }
  }

  /** Reads something to show. It fails as a deed does, but its success only puts away what a reading had said. */
  async read<N extends CommandName>(name: N, request: Commands[N]['request']): Promise<Commands[N]['reply'] | null> {
    try {
      const reply = await this.backend.call(name, request);
      if (this.fault === this.faultOfReading) this.fault = null;
      return reply;
    } catch (thrown) {
      this.fault = this.faultOfReading = faultOf(thrown);
      return null;
    }
  }

  /** Says on top of the screen that a card number came where no field is. It goes no further. */
  refuseCardNumber(): void {
    this.fault = new Fault('card_number', '');
  }

  /** Calls `again` after each change of this sale, and when everything may have changed. */
  watchSale(invoice: string, again: () => void): () => void {
    return this.backend.onChange(({ topic, id }) => {
      if (topic === 'everything' || (topic === 'sale' && id === invoice)) again();
    });
  }

  private connected(connection: Connection): void {
    const back = this.connection !== 'connected' && connection === 'connected';
    this.connection = connection;
    if (!back) return;
    if (this.fault?.code === 'unreachable') this.fault = null;
    void this.refresh();
  }
}

/** The till of this page: `getTill()` in any component's script. */
export const [getTill, setTill] = createContext<Till>();
