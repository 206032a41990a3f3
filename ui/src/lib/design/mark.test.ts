import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** The outlines in a drawing, however its lines are broken. */
function outlines(path: string): string[] {
  const drawing = readFileSync(path, 'utf8').replace(/\s+/g, ' ');
  return [...drawing.matchAll(/ d="([^"]+)"/g)].map(([, outline]) => (outline ?? '').trim());
}

test('the mark on the screens, of the page and of the program is one', () => {
  const icon = '../icons/tillstream.svg';
  expect(outlines('src/lib/design/Mark.svelte')).toEqual(outlines(icon));
  expect(readFileSync('public/mark.svg', 'utf8')).toBe(readFileSync(icon, 'utf8'));
});
