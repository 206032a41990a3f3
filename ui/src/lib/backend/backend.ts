/**
 * The one door to the core. Two transports stand behind it: Tauri's IPC in the window, HTTP and a WebSocket in a
 * browser on `tillstream serve`. Screens know only this file and the generated shapes.
 */
import type { ChangeDto, Commands, ErrorCode } from './bindings';

export type CommandName = keyof Commands;

/** Why the core can't be reached right now, or that it can. */
export type Connection = 'connected' | 'no_network' | 'no_till' | 'no_token';

/** What a refused call says: a code of the core, or that no answer came at all. */
export type FaultCode = ErrorCode | 'unreachable' | 'no_token';

/** A call that did not do what was asked. `detail` is one English line for whoever reads logs. */
export class Fault extends Error {
  constructor(
    readonly code: FaultCode,
    readonly detail: string,
  ) {
    super(detail);
    this.name = 'Fault';
  }
}

export interface Backend {
  /** Does a command. Throws only `Fault`. */
  call<N extends CommandName>(name: N, request: Commands[N]['request']): Promise<Commands[N]['reply']>;
  /** Tells of each commit; the listener re-reads what it shows. Returns the way to stop listening. */
  onChange(listener: (change: ChangeDto) => void): () => void;
  /** Tells when the core is lost or found again, and at once how it is now. */
  onConnection(listener: (connection: Connection) => void): () => void;
}

/** Makes a `Fault` of anything thrown, so that screens meet one kind of failure. */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'detail' in thrown) {
    return new Fault(thrown.code as FaultCode, String(thrown.detail));
  }
  return new Fault('internal', thrown instanceof Error ? thrown.message : String(thrown));
}

/** A set of listeners that keeps no memory of what was said. */
export class Listeners<T> {
  private readonly all = new Set<(value: T) => void>();

  add(listener: (value: T) => void): () => void {
    this.all.add(listener);
    return () => this.all.delete(listener);
  }

  tell(value: T): void {
    for (const listener of this.all) listener(value);
  }
}
