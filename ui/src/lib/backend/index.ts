export { Fault, faultOf, type Backend, type CommandName, type Connection, type FaultCode } from './backend';
export type * from './bindings';
import type { Backend } from './backend';
import { HttpBackend, takeToken } from './http';
import { inWindow, TauriBackend } from './tauri';

/** The transport for where this page runs. */
export function openBackend(): Backend {
  return inWindow() ? new TauriBackend() : new HttpBackend(takeToken());
}
