import { describe, expect, test } from 'vitest';
import { coinName, coinOfMethod, symbolOf } from './coins';
import { decimalText, Money } from './money';

const eur = (minor: bigint) => Money.of(minor, 'EUR', 2);

describe('an amount on screen', () => {
  test('groups and marks as the reader writes', () => {
    expect(eur(123450n).text('en')).toBe('1,234.50');
    expect(eur(123450n).text('de')).toBe('1.234,50');
    expect(eur(5n).text('en')).toBe('0.05');
    expect(eur(-120n).text('en')).toBe('−1.20');
  });

  test('has no decimals where the currency has none, and all of them for a coin', () => {
    expect(Money.of(4500n, 'JPY', 0).text('en')).toBe('4,500');
    expect(Money.of(41952n, 'BTC', 8).text('en')).toBe('0.00041952');
  });

  test('stays exact far beyond what a float holds', () => {
    expect(Money.from({ minor: '9007199254740993', currency: 'EUR', scale: 2 }).text('en')).toBe(
      '90,071,992,547,409.93',
    );
  });

  test('never mixes currencies', () => {
    expect(() => eur(1n).plus(Money.of(1n, 'BTC', 8))).toThrow(/don't mix/);
  });
});

describe('decimal text of the core', () => {
  test('becomes an amount without loss', () => {
    expect(Money.fromDecimal('0.05', 'EUR', 2).minor).toBe(5n);
    expect(Money.fromDecimal('20', 'EUR', 2).minor).toBe(2000n);
    expect(Money.fromDecimal('100.000', 'JPY', 0).minor).toBe(100n);
    expect(() => Money.fromDecimal('0.005', 'EUR', 2)).toThrow(/not an amount/);
  });

  test('is printed for the reader', () => {
    expect(decimalText('57923.43', 'de')).toBe('57.923,43');
    expect(decimalText('57710', 'en', 2)).toBe('57,710.00');
    expect(decimalText('n/a', 'de')).toBe('n/a');
  });
});

describe('a coin of an EVM chain', () => {
  const usdc = (minor: bigint) => Money.of(minor, 'USDC.8453', 6);

  test('is shown by its symbol, and by its chain too where that matters', () => {
    expect(usdc(5_000_000n).spoken('en')).toBe('5.00 USDC');
    expect(coinName('USDC.E.137')).toBe('USDC.E on Polygon');
    expect(coinName('USDC.31337')).toBe('USDC on Chain 31337');
    expect([symbolOf('BTC'), coinName('EUR')]).toEqual(['BTC', 'EUR']);
  });

  test('leaves out zeros that say nothing, and no others', () => {
    expect(usdc(5_010_000n).text('en')).toBe('5.01');
    expect(usdc(5_012_340n).text('de')).toBe('5,01234');
    expect(usdc(1_200_000n).text('en')).toBe('1.20');
    expect(Money.of(10n, 'BTC', 8).text('en')).toBe('0.00000010');
  });

  test('as a way to pay is its symbol and its chain', () => {
    expect(coinOfMethod('evm:8453/USDC')).toBe('USDC on Base');
    expect(coinOfMethod('bitcoin')).toBeNull();
  });
});
