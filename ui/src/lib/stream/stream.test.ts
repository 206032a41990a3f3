import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Fault } from '$lib/backend';
import { FixtureBackend } from '../../../tests/fixture-backend';
import { second, streamStatus } from '../../../tests/fixtures/stream';
import { coursesOf, hasStreamed, isStreaming, latencyNow, minutesOf, rateOf, WINDOW_S } from './figures';
import { speakProperly } from './load';
import { rateText, tookText } from './print';
import { StreamWatch } from './stream.svelte';

const LAST = 1_795_272_120;

/** A page that is seen until it is told otherwise. */
class Page extends EventTarget {
  hidden = false;

  hide(hidden: boolean): void {
    this.hidden = hidden;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

function watching(answer: () => ReturnType<typeof streamStatus> | Promise<never> = () => streamStatus(LAST)) {
  const [page, backend] = [new Page(), new FixtureBackend({ stream_status: answer })];
  const watch = new StreamWatch(backend, page as unknown as Document);
  return { page, backend, watch, asked: () => backend.count('stream_status') };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('it is asked each second until the screen is left', async () => {
  const { watch, asked } = watching();
  const leave = watch.start();
  await vi.advanceTimersByTimeAsync(3_500);
  expect(asked()).toBe(4);
  leave();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked()).toBe(4);
});

test('nothing is asked while the page is hidden, and at once when it is seen again', async () => {
  const { page, watch, asked } = watching();
  const leave = watch.start();
  await vi.advanceTimersByTimeAsync(500);
  page.hide(true);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked()).toBe(1);
  page.hide(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked()).toBe(2);
  leave();
});

test('what can not be read puts old figures away until it can', async () => {
  let works = true;
  const { watch } = watching(() => {
    if (!works) throw new Fault('storage', 'disk I/O error');
    return streamStatus(LAST);
  });
  const leave = watch.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(watch.status).not.toBe(null);
  works = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect([watch.status, watch.fault?.code, watch.isUnread]).toEqual([null, 'storage', true]);
  works = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect([watch.status === null, watch.fault, watch.isUnread]).toEqual([false, null, false]);
  leave();
});

test('an answer that does not come is no frozen chart', async () => {
  let hangs = false;
  const { watch } = watching(() => (hangs ? new Promise(() => undefined) : streamStatus(LAST)));
  const leave = watch.start();
  await vi.advanceTimersByTimeAsync(0);
  hangs = true;
  await vi.advanceTimersByTimeAsync(4_100);
  expect([watch.status, watch.isUnread]).toEqual([null, true]);
  leave();
});

test('a stream that rests is a flat line, without a latency, and what was not measured is a gap', () => {
  const courses = coursesOf(streamStatus(LAST, { first: LAST - 20, seconds: [second(LAST - 5), second(LAST)] }));
  expect([courses.at.length, courses.at[0], courses.at.at(-1)]).toEqual([WINDOW_S, LAST - 300, LAST - 1]);
  const known = courses.accepted.filter((value) => value !== null);
  expect(known).toHaveLength(20);
  expect(known.filter((value) => value > 0)).toEqual([100]);
  expect(courses.p99.filter((value) => value !== null)).toEqual([6_400]);
});

test('the rate of now is that of ten seconds that are over, or of fewer when there were fewer', () => {
  const seconds = [second(LAST - 11), second(LAST - 10), second(LAST - 1), second(LAST)];
  expect(rateOf(streamStatus(LAST, { seconds }))).toBe(20);
  expect(rateOf(streamStatus(LAST, { seconds, first: LAST - 2 }))).toBe(100);
  expect(rateOf(streamStatus(LAST, { first: LAST }))).toBe(null);
});

test('the latency of now is one that every second kept', () => {
  const quick = second(LAST - 3, { latency: { p50_us: 100, p99_us: 9_000 } });
  const even = second(LAST - 2, { latency: { p50_us: 300, p99_us: 400 } });
  expect(latencyNow(streamStatus(LAST, { seconds: [quick, even] }))).toEqual({ p50: 300, p99: 9_000 });
  expect(latencyNow(streamStatus(LAST))).toBe(null);
});

test('a sale at the counter is no stream', () => {
  const sale = second(LAST - 1, { accepted: 0 });
  expect(isStreaming(streamStatus(LAST, { seconds: [sale] }))).toBe(false);
  expect(hasStreamed(streamStatus(LAST, { seconds: [sale] }))).toBe(false);
  const refused = second(LAST - 1, { accepted: 0, rejected: 3 });
  expect(isStreaming(streamStatus(LAST, { seconds: [refused] }))).toBe(true);
  expect(isStreaming(streamStatus(LAST, { seconds: [second(LAST - 11)] }))).toBe(false);
  expect(hasStreamed(streamStatus(LAST, { taken: 1 }))).toBe(true);
});

test('the minutes add up to what the charts show', () => {
  const seconds = [
    second(LAST - 300, { queue_max: 40 }),
    second(LAST - 241, { conflict: 2, rejected: 3 }),
    second(LAST - 1, { dead_letter: 7, latency: null }),
  ];
  const minutes = minutesOf(streamStatus(LAST, { seconds }));
  expect(minutes.map(({ accepted, refused, deadLetter, queue }) => [accepted, refused, deadLetter, queue])).toEqual([
    [200, 5, 0, 40],
    [0, 0, 0, 0],
    [0, 0, 0, 0],
    [0, 0, 0, 0],
    [100, 0, 7, 3],
  ]);
  expect(minutes.at(-1)?.latency).toBe(null);
});

test('rates and times are printed as short as they are true', () => {
  expect([0, 0.4, 9.96, 12.4, 1_234.5].map((rate) => rateText(rate, 'en'))).toEqual(['0', '0.4', '10', '12', '1,235']);
  expect([850, 1_260, 24_400, 1_200_000].map((took) => tookText(took, 'de'))).toEqual([
    '850 µs',
    '1,3 ms',
    '24 ms',
    '1,2 s',
  ]);
});

test('a browser without a language gets one, so that charts can be loaded', () => {
  const languages = ['C', 'de', 'en-GB'].map((language) => {
    const browser = { language } as Navigator;
    speakProperly(browser);
    return browser.language;
  });
  expect(languages).toEqual(['en', 'de', 'en-GB']);
});
