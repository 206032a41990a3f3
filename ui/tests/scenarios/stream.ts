import { Fault } from '../../src/lib/backend/backend';
import type { Replies } from '../fixture-backend';
import { liveStatus } from '../fixtures/status';
import { second, streamStatus } from '../fixtures/stream';

/** The second in which the pictures are taken. */
const LAST = Date.parse('2026-11-21T14:42:00Z') / 1_000;

/** The same hills on every run. */
const wave = (at: number, length: number) => Math.sin((at / length) * 2 * Math.PI);

const busySecond = (at: number) =>
  second(at, {
    accepted: Math.round(820 + 260 * wave(at, 97) + 90 * wave(at, 11)),
    duplicate: at % 60 < 20 ? Math.round(60 + 20 * wave(at, 7)) : 0,
    rejected: at % 45 === 0 ? 40 : 0,
    dead_letter: at % 100 < 6 ? 55 : 0,
    queue_max: Math.round(900 + 700 * wave(at, 130)),
    latency: {
      p50_us: Math.round(2_100 + 500 * wave(at, 31)),
      p99_us: Math.round(9_000 + 4_000 * wave(at, 17)),
    },
  });

const letters = { dead_letters_open: 12 };

export const flowing: Replies = {
  status: () => liveStatus({ ...letters, surface: 'window' }),
  stream_status: () =>
    streamStatus(LAST, {
      ...letters,
      seconds: Array.from({ length: 240 }, (_, at) => busySecond(LAST - 239 + at)),
      queue: 812,
      taken: 1_234_567,
      last_taken_at: '2026-11-21T14:41:59Z',
    }),
};

/** Streamed a while ago: first a burst, then single ones, then nothing. */
export const resting: Replies = {
  status: () => liveStatus({ surface: 'window' }),
  stream_status: () =>
    streamStatus(LAST, {
      seconds: [
        ...Array.from({ length: 40 }, (_, at) => busySecond(LAST - 280 + at)),
        ...[180, 140, 90].map((ago) => second(LAST - ago, { accepted: 1, queue_max: 1 })),
      ],
      taken: 1_234,
      last_taken_at: '2026-11-21T14:40:30Z',
    }),
};

/** Nothing for a long time. */
export const idle: Replies = {
  status: () => liveStatus({ surface: 'window' }),
  stream_status: () => streamStatus(LAST, { taken: 1_234, last_taken_at: '2026-11-21T13:02:00Z' }),
};

export const never: Replies = {
  status: () => liveStatus({ surface: 'window' }),
  stream_status: () => streamStatus(LAST),
};

export const unreadable: Replies = {
  status: () => liveStatus({ surface: 'window' }),
  stream_status: () => {
    throw new Fault('storage', 'the data file can’t be read: disk I/O error');
  },
};
