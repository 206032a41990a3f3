/**
 * One keyboard map for all screens. A screen lends its keys while it is shown; the newest lender is asked first. Text
 * fields keep what they are typed; only Escape and the function keys reach the map from there.
 */
import { onDestroy } from 'svelte';

/** What a key does. Returning false says "not mine", and the next lender is asked. */
export type KeyMap = (key: string, event: KeyboardEvent) => boolean;

const lenders: KeyMap[] = [];

/** Lends a map for as long as the component lives. */
export function lendKeys(map: KeyMap): void {
  lenders.push(map);
  onDestroy(() => lenders.splice(lenders.indexOf(map), 1));
}

/** Gives a key event of the window to the screens. */
export function pressKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const key = nameOf(event);
  if (isTyping(event.target) && !/^(Escape|F\d+)$/.test(key)) return;
  if (key === 'Enter' && pressable(event.target)) return;
  for (const map of [...lenders].reverse()) {
    if (!map(key, event)) continue;
    event.preventDefault();
    return;
  }
}

/** `Ctrl+z`, `F12`, `+`: the key with Ctrl or Meta before it; Shift is already in the character. */
export function nameOf(event: KeyboardEvent): string {
  if (event.altKey) return `Alt+${event.key}`;
  return event.ctrlKey || event.metaKey ? `Ctrl+${event.key.toLowerCase()}` : event.key;
}

/** Does a text field take what is typed? */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=radio]), textarea, select');
}

function pressable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('button, a[href], summary');
}
