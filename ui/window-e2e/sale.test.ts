import { afterEach, beforeEach, expect, test } from 'vitest';
import { TillWindow } from './till-window';

let till: TillWindow;

beforeEach(async () => {
  till = await TillWindow.open();
});
afterEach(() => till.close());

/** The first run without a mouse: name, currency, practice. */
async function setUpShop(): Promise<void> {
  await till.sees('What is your shop called?');
  await till.type(...'Corner', 'Enter');
  await till.sees('Which currency do you sell in?');
  await till.type(...'euro', 'Enter');
  await till.sees('How do you want to begin?');
  await till.type('Enter');
  await till.sees('Tax 20 %');
}

interface ExportedPosting {
  account: string;
  amount: string;
  currency: string;
}

/** What was booked, per account and currency, in minor units: debit positive, credit negative. */
async function booked(): Promise<Map<string, bigint>> {
  const postings = JSON.parse(await till.ask('ledger', 'export', '--format', 'json')) as ExportedPosting[];
  const sums = new Map<string, bigint>();
  for (const { account, amount, currency } of postings) {
    const key = `${account} ${currency}`;
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(amount.replace('.', '')));
  }
  return sums;
}

/** The sales on file, one JSON object per line. */
async function sales(): Promise<unknown[]> {
  const lines = (await till.ask('sales', 'list', '--json')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as unknown);
}

test('a bitcoin sale from the first run to the ledger, in the real window', async () => {
  await setUpShop();
  await till.type(...'450', 'Enter');
  await till.sees('How do they pay?');
  await till.press('Bitcoin');
  await till.sees('Hand over: not yet');
  await till.press('pay');
  await till.sees('Seen');
  await till.browser.waitUntil(async () => {
    if ((await till.readText()).includes('Hand over: yes')) return true;
    await till.pressIfThere('find a block');
    return false;
  });

  expect(await sales()).toMatchObject([{ number: 1, state: 'paid', methods: ['bitcoin'] }]);
  const sums = await booked();
  expect([sums.get('sales EUR'), sums.get('tax-payable EUR')]).toEqual([-375n, -75n]);
  expect(sums.get('bitcoin-wallet BTC')).toBeGreaterThan(0n);
  expect(sums.get('invoice-clearing EUR')).toBe(0n);
});

test('a cash sale with change, and its reversal, in the real window', async () => {
  await setUpShop();
  await till.type(...'450', 'Enter');
  await till.sees('How do they pay?');
  await till.press('Cash');
  await till.press('20.00');
  await till.press('Take 20.00, give back 15.50');
  await till.sees('Hand over: yes');
  expect((await booked()).get('cash-drawer EUR')).toBe(450n);

  await till.go('sales');
  await till.press('Void…');
  await till.sees('Void sale 0001?');
  await till.type(...'wrong table', 'Enter');
  await till.sees('Sale voided');
  expect(await sales()).toMatchObject([{ number: 1, state: 'voided' }]);
  const sums = await booked();
  expect([sums.get('cash-drawer EUR'), sums.get('sales EUR')]).toEqual([0n, 0n]);
});

test('a card at the reader whose answer is lost, found out, and given back in part, in the real window', async () => {
  await setUpShop();
  await till.type(...'2430', 'Enter');
  await till.sees('How do they pay?');
  await till.press('Card At');
  await till.sees('Present card');
  await till.press('pay, line dead');
  await till.sees('Unknown — checking. Do not charge again.');
  await till.press('bring the line back');
  await till.sees('Hand over: yes');
  expect(await sales()).toMatchObject([{ number: 1, state: 'paid', methods: ['card'] }]);
  expect((await booked()).get('card-clearing EUR')).toBeGreaterThan(0n);

  await till.go('refund');
  await till.sees('Receipt number');
  await till.type(...'1', 'Enter');
  await till.sees('The money goes back to: Visa •• 4242');
  await till.press('A part');
  await till.fill('Amount in EUR', '4.30');
  await till.fill('Why', 'croissant was stale');
  await till.press('Give back 4.30');
  await till.sees('Given back so far');
  await till.browser.waitUntil(async () => (await booked()).get('sales-returns EUR') === 358n);
  expect((await booked()).get('invoice-clearing EUR')).toBe(0n);
});
