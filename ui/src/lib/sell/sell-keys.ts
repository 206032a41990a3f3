/** What the keyboard does on the keypad screen. */
import type { Sell } from './sell.svelte';

export function sellKeys(sell: Sell, key: string): boolean {
  if (/^[0-9.,]$|^Backspace$|^Delete$/.test(key)) return type(sell, key);
  switch (key) {
    case '+':
      sell.add();
      return true;
    case '*':
      sell.times();
      return true;
    case 'Enter':
    case 'F12':
      void sell.charge();
      return true;
    case 'Ctrl+z':
      sell.cart.undo();
      sell.changed();
      return true;
    case 'Escape':
      sell.selected = null;
      sell.clearEntry();
      return true;
    default:
      return false;
  }
}

/** A clerk who types has left the button pressed before: Enter must charge now, not press that button again. */
function type(sell: Sell, key: string): boolean {
  if (document.activeElement instanceof HTMLButtonElement) document.activeElement.blur();
  return sell.press(key);
}
