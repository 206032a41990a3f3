import { baseLocale, isLocale, overwriteGetLocale, type Locale } from '../../paraglide/runtime.js';

/** The language of every screen. A reactive value, so that a change re-reads every word without a reload. */
class Language {
  now = $state<Locale>(baseLocale);

  /** Takes `en` or `de`; what isn't translated stays in the language before. */
  choose(tag: string): void {
    if (!isLocale(tag)) return;
    this.now = tag;
    document.documentElement.lang = tag;
  }
}

export const language = new Language();
overwriteGetLocale(() => language.now);
