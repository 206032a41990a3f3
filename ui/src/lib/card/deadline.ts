/** How long there still is until something must have happened. */
import { m } from '$words';

export interface Deadline {
  /** `in 6 days`, `2 hours ago`. */
  word: string;
  /** Soon enough that somebody must act now. */
  isPressing: boolean;
  isPast: boolean;
}

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** Within this long before it, a deadline presses. */
const PRESSING_DAYS = 2;

/** Nothing is known of a deadline that is empty. */
export function deadlineOf(until: string, now: string, language: string): Deadline | null {
  if (until === '') return null;
  const seconds = Math.round((Date.parse(until) - Date.parse(now)) / 1000);
  return {
    word: distance(seconds, language),
    isPressing: seconds < PRESSING_DAYS * DAY_S,
    isPast: seconds <= 0,
  };
}

function distance(seconds: number, language: string): string {
  const words = new Intl.RelativeTimeFormat(language);
  const size = Math.abs(seconds);
  if (size < HOUR_S) return seconds > 0 ? m.card_within_an_hour() : words.format(Math.trunc(seconds / 60), 'minute');
  if (size < 2 * DAY_S) return words.format(Math.trunc(seconds / HOUR_S), 'hour');
  return words.format(Math.trunc(seconds / DAY_S), 'day');
}

/** `Mon, 23 Nov, 14:30`: a deadline to plan by. */
export function dayAndTime(instant: string, language: string): string {
  return new Date(instant).toLocaleString(language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
}
