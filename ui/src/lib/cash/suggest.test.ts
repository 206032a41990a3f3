import { expect, test } from 'vitest';
import { Money } from '$lib/money';
import { suggestNotes } from './suggest';

const eur = (text: string) => Money.fromDecimal(text, 'EUR', 2);
const NOTES = ['0.05', '0.10', '0.20', '0.50', '1', '2', '5', '10', '20', '50', '100', '200'].map(eur);

function suggested(toPay: string): string[] {
  return suggestNotes(eur(toPay), NOTES, 6).map((money) => money.text('en'));
}

test('a coffee is paid with a small note', () => {
  expect(suggested('4.50')).toEqual(['5.00', '10.00', '20.00', '50.00', '100.00', '200.00']);
});

test('two notes are suggested where one is too much', () => {
  expect(suggested('24.30')).toEqual(['25.00', '30.00', '40.00', '50.00', '100.00', '200.00']);
});

test('the exact amount is not suggested again', () => {
  expect(suggested('20.00')).toEqual(['50.00', '100.00', '200.00']);
});

test('more than the largest note takes several of it', () => {
  expect(suggested('430.00')).toEqual(['450.00', '500.00', '600.00']);
});
