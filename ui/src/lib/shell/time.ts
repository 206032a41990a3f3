/** Times as clerks read them. */
import { m } from '$words';

/** `14:42`, in the reader's own zone. */
export function clock(instant: string, language: string): string {
  return new Date(instant).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit', hour12: false });
}

/** `14:42:21`. */
export function clockSeconds(instant: string, language: string): string {
  return new Date(instant).toLocaleTimeString(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  });
}

/** An age in its largest fitting unit: `8 s`, `12 min`, `3 h`. */
export function age(seconds: number): string {
  if (seconds < 90) return m.shell_seconds({ count: seconds });
  if (seconds < 90 * 60) return m.shell_minutes({ count: Math.round(seconds / 60) });
  return m.shell_hours({ count: Math.round(seconds / 3600) });
}

/** How long ago, in its largest fitting unit: `3 days ago`. */
export function ago(seconds: number, language: string): string {
  const words = new Intl.RelativeTimeFormat(language);
  if (seconds < 90) return words.format(-seconds, 'second');
  if (seconds < 90 * 60) return words.format(-Math.round(seconds / 60), 'minute');
  if (seconds < 36 * 3600) return words.format(-Math.round(seconds / 3600), 'hour');
  return words.format(-Math.round(seconds / 86_400), 'day');
}

/** Whole seconds between two instants, never negative. */
export function secondsBetween(earlier: string, later: string): number {
  return Math.max(0, Math.floor((Date.parse(later) - Date.parse(earlier)) / 1000));
}

/** `4:12` of milliseconds that remain. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${(seconds % 60).toString().padStart(2, '0')}`;
}

/** `0147`: a sale's number as it is spoken of at the counter. */
export function saleNumber(number: number): string {
  return number.toString().padStart(4, '0');
}
