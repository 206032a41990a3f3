/** The window's transport: Tauri's IPC. The core lives in the same process, so the connection can't be lost. */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { faultOf, Listeners, type Backend, type CommandName, type Connection } from './backend';
import type { ChangeDto, Commands } from './bindings';

/** True when the page runs inside the till's own window. */
export function inWindow(): boolean {
  return '__TAURI_INTERNALS__' in globalThis;
}

export class TauriBackend implements Backend {
  private readonly changes = new Listeners<ChangeDto>();

  constructor() {
    void listen<ChangeDto>('change', (event) => this.changes.tell(event.payload));
  }

  async call<N extends CommandName>(name: N, request: Commands[N]['request']): Promise<Commands[N]['reply']> {
    try {
      return await invoke<Commands[N]['reply']>('call', { name, request });
    } catch (thrown) {
      throw faultOf(thrown);
    }
  }

  onChange(listener: (change: ChangeDto) => void): () => void {
    return this.changes.add(listener);
  }

  onConnection(listener: (connection: Connection) => void): () => void {
    listener('connected');
    return () => undefined;
  }
}
