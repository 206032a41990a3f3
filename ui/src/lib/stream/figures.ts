/** What the core's seconds say: courses for the charts, the numbers of now, and the minutes as a table. */
import type { StreamSecondDto, StreamStatusDto } from '$lib/backend';

/** What the charts show. */
export const WINDOW_S = 300;
/** What "now" is: single seconds jump too much to be read. */
export const NOW_S = 10;

/** One value for each second; null where nothing was measured. */
export type Course = (number | null)[];

/** The last five minutes, second by second. The second that runs is left out: it would look like a drop. */
export interface Courses {
  at: number[];
  accepted: Course;
  duplicate: Course;
  /** With an id used for something else, or not taken by this shop. */
  refused: Course;
  deadLetter: Course;
  /** Microseconds; null in seconds without an answer. */
  p50: Course;
  p99: Course;
  queue: Course;
}

/** What became of instructions. */
export interface Outcomes {
  accepted: number;
  duplicate: number;
  refused: number;
  deadLetter: number;
}

/** Bounds that every second of a stretch keeps. */
export interface Latency {
  p50: number;
  p99: number;
}

export interface Minute extends Outcomes {
  /** When it began, in seconds since 1970. */
  from: number;
  latency: Latency | null;
  queue: number;
}

export function coursesOf({ first, last, seconds }: StreamStatusDto): Courses {
  const known = new Map(seconds.map((second) => [second.at, second]));
  const at = Array.from({ length: WINDOW_S }, (_, index) => last - WINDOW_S + index);
  const course = (value: (second: StreamSecondDto | undefined) => number | null): Course =>
    at.map((second) => (second < first ? null : value(known.get(second))));
  return {
    at,
    accepted: course((second) => second?.accepted ?? 0),
    duplicate: course((second) => second?.duplicate ?? 0),
    refused: course((second) => (second?.conflict ?? 0) + (second?.rejected ?? 0)),
    deadLetter: course((second) => second?.dead_letter ?? 0),
    p50: course((second) => second?.latency?.p50_us ?? null),
    p99: course((second) => second?.latency?.p99_us ?? null),
    queue: course((second) => second?.queue_max ?? 0),
  };
}

/** Payments taken per second, over the last ten that are over; null before one is. */
export function rateOf(status: StreamStatusDto): number | null {
  const measured = Math.min(NOW_S, status.last - status.first);
  return measured <= 0 ? null : outcomesOf(now(status)).accepted / measured;
}

/** How long answers took over the last ten seconds; null when there were none. */
export function latencyNow(status: StreamStatusDto): Latency | null {
  return latencyOf(now(status));
}

/** Is anything handed in? The second that runs counts too, so that a stream is seen when it begins. */
export function isStreaming({ last, seconds }: StreamStatusDto): boolean {
  return seconds.some((second) => second.at >= last - NOW_S && countOf(outcomesOf([second])) > 0);
}

/** Did anything ever come through the stream of these books? */
export function hasStreamed(status: StreamStatusDto): boolean {
  const { taken, dead_letters_open: letters, seconds } = status;
  return taken > 0 || letters > 0 || countOf(outcomesOf(seconds)) > 0;
}

/** What became of everything within the window. */
export function outcomesOf(seconds: StreamSecondDto[]): Outcomes {
  const sum = (value: (second: StreamSecondDto) => number) => seconds.reduce((all, second) => all + value(second), 0);
  return {
    accepted: sum(({ accepted }) => accepted),
    duplicate: sum(({ duplicate }) => duplicate),
    refused: sum(({ conflict, rejected }) => conflict + rejected),
    deadLetter: sum(({ dead_letter }) => dead_letter),
  };
}

/** The window minute by minute, oldest first: the charts for whoever does not see them. */
export function minutesOf({ last, seconds }: StreamStatusDto): Minute[] {
  const starts = Array.from({ length: WINDOW_S / 60 }, (_, index) => last - WINDOW_S + index * 60);
  return starts.map((from) => {
    const within = seconds.filter(({ at }) => at >= from && at < from + 60);
    const queue = Math.max(0, ...within.map(({ queue_max }) => queue_max));
    return { from, ...outcomesOf(within), latency: latencyOf(within), queue };
  });
}

function now({ last, seconds }: StreamStatusDto): StreamSecondDto[] {
  return seconds.filter(({ at }) => at >= last - NOW_S && at < last);
}

/** Percentiles of seconds can't be averaged, but the largest of them holds for each second. */
function latencyOf(seconds: StreamSecondDto[]): Latency | null {
  const latencies = seconds.flatMap(({ latency }) => (latency === null ? [] : [latency]));
  if (latencies.length === 0) return null;
  return {
    p50: Math.max(...latencies.map(({ p50_us }) => p50_us)),
    p99: Math.max(...latencies.map(({ p99_us }) => p99_us)),
  };
}

function countOf({ accepted, duplicate, refused, deadLetter }: Outcomes): number {
  return accepted + duplicate + refused + deadLetter;
}
