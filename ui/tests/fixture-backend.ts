/**
 * A core made of fixtures, for unit tests and for looking at screens in `tests/harness.html`. Never in the build.
 * A test states the replies it needs; any other command is refused as `not_found`, so nothing passes by accident.
 */
import { Fault, Listeners, type Backend, type CommandName, type Connection } from '../src/lib/backend/backend';
import type { ChangeDto, Commands } from '../src/lib/backend/bindings';
import { status } from './fixtures/status';

export type Replies = {
  [N in CommandName]?: (request: Commands[N]['request']) => Commands[N]['reply'] | Promise<Commands[N]['reply']>;
};

export class FixtureBackend implements Backend {
  /** Every call made, in order. */
  readonly calls: { name: CommandName; request: unknown }[] = [];
  private readonly changes = new Listeners<ChangeDto>();
  private readonly connections = new Listeners<Connection>();
  private readonly replies: Replies;

  constructor(replies: Replies = {}) {
    this.replies = { status: () => status(), ...replies };
  }

  async call<N extends CommandName>(name: N, request: Commands[N]['request']): Promise<Commands[N]['reply']> {
    this.calls.push({ name, request: structuredClone(request) });
    const reply = this.replies[name];
    if (reply === undefined) throw new Fault('not_found', `no fixture answers ${name}`);
    return reply(request);
  }

  onChange(listener: (change: ChangeDto) => void): () => void {
    return this.changes.add(listener);
  }

  onConnection(listener: (connection: Connection) => void): () => void {
    listener('connected');
    return this.connections.add(listener);
  }

  /** As if the core had committed something. */
  change(topic: ChangeDto['topic'], id = ''): void {
    this.changes.tell({ topic, id, version: 1 });
  }

  /** As if the core were lost or found. */
  connect(connection: Connection): void {
    this.connections.tell(connection);
  }

  /** How often a command was called. */
  count(name: CommandName): number {
    return this.calls.filter((call) => call.name === name).length;
  }
}
