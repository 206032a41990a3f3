import { expect, test } from 'vitest';
import type { RateAnswerDto } from '$lib/backend';
import { basisWord, verdictWord } from './rates';

function answer(source: string, changes: Partial<RateAnswerDto> = {}): RateAnswerDto {
  return { source, price: '58000', through: '', as_of: null, verdict: 'agreed', reason: '', ...changes };
}

test('only the sources that count are counted', () => {
  const answers = [answer('kraken'), answer('coinbase'), answer('bitstamp', { verdict: 'outlier' })];
  expect(basisWord({ source: 'market', answers })).toBe('Middle of 2 sources');
});

test('the owner’s own rate, an older one and a stablecoin at par are told apart', () => {
  const words = ['fixed', 'last_good', 'par', 'somebody'].map((source) => basisWord({ source, answers: [] }));
  expect(new Set(words).size).toBe(4);
  expect(words[3]).toBe('somebody');
});

test('an answer says whether it counts, and through which currency it was crossed', () => {
  expect(verdictWord(answer('kraken'))).toBe('counts');
  expect(verdictWord(answer('kraken', { through: 'USD' }))).toBe('through USD');
  expect(verdictWord(answer('kraken', { verdict: 'stale', through: 'USD' }))).toBe('too old');
});
