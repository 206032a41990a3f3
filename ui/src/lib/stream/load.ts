/**
 * The charts come when somebody looks at them, not with the first screen. uPlot asks as it is loaded how the browser's
 * language prints numbers, and a system without a language calls its own "C", which no browser can print in.
 */
export function loadFlow() {
  speakProperly(navigator);
  return import('./Flow.svelte');
}

/** Gives the browser a language that is one, if it has none. */
export function speakProperly(browser: Navigator): void {
  try {
    new Intl.NumberFormat(browser.language);
  } catch {
    Object.defineProperty(browser, 'language', { value: 'en', configurable: true });
  }
}
