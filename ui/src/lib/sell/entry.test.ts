import { expect, test } from 'vitest';
import { AmountEntry } from './entry.svelte';

function typed(keys: string[], scale = 2): string {
  const entry = new AmountEntry(
    () => 'EUR',
    () => scale,
  );
  for (const key of keys) entry.press(key);
  return entry.money.text('en');
}

test('digits fill from the cents', () => {
  expect(typed(['4', '2', '0'])).toBe('4.20');
  expect(typed(['5'])).toBe('0.05');
  expect(typed(['1', '2', '00'])).toBe('12.00');
});

test('a comma and a point both begin the fraction', () => {
  expect(typed([...'4,50'])).toBe('4.50');
  expect(typed([...'4.5'])).toBe('4.50');
  expect(typed([...'.5'])).toBe('0.50');
});

test('a third digit after the mark, a second mark and endless digits are not taken', () => {
  expect(typed([...'4.509'])).toBe('4.50');
  expect(typed([...'4.5.0'])).toBe('4.50');
  expect(typed([...'99999999999999'])).toBe('999,999,999.99');
});

test('a currency without cents takes no mark', () => {
  expect(typed([...'4.50'], 0)).toBe('450');
});

test('backspace takes back one key, also the mark', () => {
  expect(typed(['4', '.', '5', 'Backspace'])).toBe('4.00');
  expect(typed(['4', '.', 'Backspace'])).toBe('0.04');
  expect(typed(['4', 'Backspace', 'Backspace'])).toBe('0.00');
});

test('only whole digits make a quantity', () => {
  const entry = new AmountEntry(
    () => 'EUR',
    () => 2,
  );
  entry.press('3');
  expect(entry.count(9999)).toBe(3);
  entry.press('.');
  expect(entry.count(9999)).toBe(null);
});
