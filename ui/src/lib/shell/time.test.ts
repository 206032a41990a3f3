import { expect, test } from 'vitest';
import { ago } from './time';

test('how long ago is told in the largest fitting unit, in the language of the shop', () => {
  expect([0, 60, 3600, 90_000, 3 * 86_400].map((seconds) => ago(seconds, 'en'))).toEqual([
    '0 seconds ago',
    '60 seconds ago',
    '60 minutes ago',
    '25 hours ago',
    '3 days ago',
  ]);
  expect(ago(3 * 86_400, 'de')).toBe('vor 3 Tagen');
});
