/** What each chart draws and how, for uPlot. Colours are read from the tokens at each drawing, so that themes apply. */
import uPlot from 'uplot';
import { clock } from '$lib/shell/time';
import { language, m } from '$words';
import type { Course, Courses } from './figures';
import { rateText, tookText } from './print';

/** A chart without its size. */
export type ChartOptions = Omit<uPlot.Options, 'width' | 'height'>;

const FONT = "13px 'Archivo Variable', sans-serif";
const AXIS_PX = 62;
/** The least the scale of payments goes up to: a flat line at nought has a scale too. */
const RATE_LEAST = 10;
/** The same for times, in microseconds. */
const TOOK_LEAST_US = 1_000;
const STEPS = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000].flatMap((ten) => [ten, 2 * ten, 5 * ten]);

const token = (name: string) => () => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);

/** Stacked, so that the height is everything that was handed in; what was taken lies at the bottom. */
export function throughputData({ at, accepted, duplicate, refused, deadLetter }: Courses): uPlot.AlignedData {
  const upToRefused = added(accepted, duplicate, refused);
  return [at, added(upToRefused, deadLetter), upToRefused, added(accepted, duplicate), accepted];
}

export function throughputChart(): ChartOptions {
  const layer = (colour: string): uPlot.Series => ({ ...stepped(), stroke: token(colour), fill: token(colour) });
  return {
    ...still(),
    scales: { x: { time: false }, y: { range: from0(RATE_LEAST) } },
    series: [{}, layer('plot-letter'), layer('plot-refused'), layer('plot-duplicate'), layer('plot-accepted')],
    axes: [timeAxis(), valueAxis((value) => rateText(value, language.now), STEPS)],
  };
}

export function latencyData({ at, p50, p99 }: Courses): uPlot.AlignedData {
  return [at, p99, p50];
}

/** A point for each second with answers: seconds without any are gaps. */
export function latencyChart(): ChartOptions {
  const points = (colour: string, size: number): uPlot.Series => ({
    stroke: token(colour),
    width: 1.5,
    points: { show: true, size, width: 0, fill: token(colour) },
  });
  return {
    ...still(),
    scales: { x: { time: false }, y: { range: from0(TOOK_LEAST_US) } },
    series: [{}, points('plot-slow', 4), points('plot-accepted', 4)],
    axes: [timeAxis(), valueAxis((value) => tookText(value, language.now), STEPS)],
  };
}

export function queueData({ at, queue }: Courses, bound: number): uPlot.AlignedData {
  return [at, queue, at.map(() => bound)];
}

/** The scale goes up to the bound: a queue that is nearly empty looks so. */
export function queueChart(): ChartOptions {
  return {
    ...still(),
    scales: { x: { time: false }, y: { range: from0(1) } },
    series: [
      {},
      { ...stepped(), stroke: token('plot-accepted'), fill: token('plot-accepted') },
      { stroke: token('plot-slow'), width: 1.5, dash: [6, 4], points: { show: false } },
    ],
    axes: [timeAxis(), valueAxis((value) => rateText(value, language.now), STEPS)],
  };
}

/** What all of them share: nothing to point at or to drag, no legend of its own. */
function still(): Pick<ChartOptions, 'cursor' | 'legend' | 'padding'> {
  return { cursor: { show: false }, legend: { show: false }, padding: [8, 22, 0, 0] };
}

/** A value holds for its whole second. */
function stepped(): uPlot.Series {
  const paths = uPlot.paths.stepped?.({ align: 1 });
  return { width: 1, points: { show: false }, ...(paths === undefined ? {} : { paths }) };
}

function from0(least: number): uPlot.Range.Function {
  return (_chart, _low, high) => [0, Math.max(least, (high ?? 0) * 1.05)];
}

function timeAxis(): uPlot.Axis {
  const minute = (second: number) => clock(new Date(second * 1_000).toISOString(), language.now);
  return { ...axis(), size: 26, space: 64, incrs: [60, 120], values: (_, seconds) => seconds.map(minute) };
}

function valueAxis(print: (value: number) => string, incrs?: number[]): uPlot.Axis {
  const axisOfValues = {
    ...axis(),
    size: AXIS_PX,
    space: 28,
    values: (_: uPlot, values: number[]) => values.map(print),
  };
  return incrs === undefined ? axisOfValues : { ...axisOfValues, incrs };
}

function axis(): uPlot.Axis {
  const line = { stroke: token('line'), width: 1 };
  return { font: FONT, stroke: token('ink-2'), grid: line, ticks: { show: false }, gap: 6 };
}

/** Second by second; nothing where nothing was measured. */
function added(...courses: Course[]): Course {
  const [first = []] = courses;
  return first.map((value, index) =>
    value === null ? null : courses.reduce((sum, course) => sum + (course[index] ?? 0), 0),
  );
}

/** The legend of the throughput: token, word, and how many within the window. */
export function outcomeWords() {
  return [
    { key: 'accepted', colour: 'plot-accepted', word: m.stream_accepted() },
    { key: 'duplicate', colour: 'plot-duplicate', word: m.stream_duplicate() },
    { key: 'refused', colour: 'plot-refused', word: m.stream_refused() },
    { key: 'deadLetter', colour: 'plot-letter', word: m.stream_dead_letter() },
  ] as const;
}
