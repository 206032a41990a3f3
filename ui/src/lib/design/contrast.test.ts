/** Money and states can be read at 7:1, in light and in dark: WCAG 2.2, relative luminance and contrast ratio. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync('src/lib/design/tokens.css', 'utf8');

/** The colours of a rule by their names. */
function colours(selector: string): Map<string, string> {
  const start = css.indexOf(`${selector} {`);
  const rule = css.slice(start, css.indexOf('\n}', start));
  return new Map(
    [...rule.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name ?? '', colour ?? '']),
  );
}

function luminance(colour: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const STATES = ['wait', 'seen', 'conf', 'paid', 'late', 'bad', 'off'];
const PAIRS = [
  ...['counter', 'paper', 'paper-2', 'key-bg', 'key-fn'].map((ground) => ['ink', ground]),
  ...['counter', 'paper'].map((ground) => ['ink-2', ground]),
  ['on-inverse', 'inverse'],
  ['unknown-on', 'unknown-bg'],
  ['unknown-on', 'unknown-hatch'],
  ['on-practice', 'practice'],
  ...STATES.flatMap((state) => [
    [`${state}-fg`, `${state}-bg`],
    [`${state}-on`, `${state}-solid`],
  ]),
];

const PLOTS = ['accepted', 'duplicate', 'refused', 'letter', 'slow'].map((name) => `plot-${name}`);

test.each([
  ['light', ':root'],
  ['dark', ":root[data-theme='dark']"],
])('what charts draw has a contrast of 3 at least, in %s', (_, selector) => {
  const found = new Map([...colours(':root'), ...colours(selector)]);
  const ratios = PLOTS.map((plot) => contrast(found.get(plot) ?? '', found.get('paper') ?? ''));
  expect(ratios.filter((ratio) => !(ratio >= 3))).toEqual([]);
});

test.each([
  ['light', ':root'],
  ['dark', ":root[data-theme='dark']"],
])('money and states have a contrast of 7 at least, in %s', (_, selector) => {
  const found = new Map([...colours(':root'), ...colours(selector)]);
  const weak = PAIRS.flatMap(([text = '', ground = '']) => {
    const ratio = contrast(found.get(text) ?? '', found.get(ground) ?? '');
    return ratio >= 7 ? [] : [`${text} on ${ground}: ${ratio}`];
  });
  expect(weak).toEqual([]);
});
