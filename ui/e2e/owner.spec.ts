import type { Page } from '@playwright/test';
import { expect, expectAccessible, openShop, test, type RunningTill } from './till';

const eur = (minor: string) => ({ minor, currency: 'EUR', scale: 2 });
const id = (kind: string, number: number) => `${kind}_019a1b2c3d4e7abc8def${number.toString().padStart(12, '0')}`;

/** A sale made beside the screens, as a script would. */
async function open(till: RunningTill, number: number, minor: string, description = ''): Promise<string> {
  const invoice = id('inv', number);
  const line = { description, quantity: 1, unit_price: eur(minor), tax_percent: '20', note: '' };
  await till.call('sale_open', { invoice, lines: [line], note: '' });
  return invoice;
}

async function sellForCash(till: RunningTill, number: number, minor: string, description = ''): Promise<string> {
  const invoice = await open(till, number, minor, description);
  await till.call('cash_take', { invoice, payment: id('pay', number), tendered: eur(minor) });
  return invoice;
}

/** Opens a bitcoin payment and lets the simulated customer do something. */
async function bitcoin(
  till: RunningTill,
  number: number,
  minor: string,
): Promise<{ invoice: string; payment: string }> {
  const [invoice, payment] = [await open(till, number, minor), id('pay', number)];
  await till.call('payment_start', { invoice, payment, method: 'bitcoin' });
  return { invoice, payment };
}

const go = (page: Page, route: string) => page.evaluate((hash) => (location.hash = hash), `#/${route}`);

test('sales are searched, filtered by state, and open with everything that happened', async ({ page, till }) => {
  await openShop(page, till);
  await sellForCash(till, 1, '450', 'Flat white');
  await open(till, 2, '1200', 'Gift box');
  await go(page, 'sales');
  await expect(page.getByText('Gift box')).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('button', { name: /Paid\s*1/ }).click();
  await expect(page.getByText('Gift box')).toBeHidden();
  await page.getByRole('button', { name: /Paid\s*1/ }).click();
  await page.keyboard.press('/');
  await page.keyboard.type('flat');
  await expect(page.getByText('Gift box')).toBeHidden();
  await page.getByRole('link', { name: /0001/ }).click();

  const history = page.getByRole('list', { name: 'What happened' });
  await expect(history.getByText('Sale opened')).toBeVisible();
  await expect(history.getByText('Cash taken')).toBeVisible();
  await history
    .getByRole('button', { name: /Entry 1/ })
    .first()
    .click();
  await expect(page.getByText('Cash drawer').first()).toBeVisible();
  await expectAccessible(page);
  await page.getByText('Items', { exact: true }).click();
  await expect(page.getByText('of which tax 20 %')).toBeVisible();
});

test('a cash sale is voided with a reason, by reversal', async ({ page, till }) => {
  await openShop(page, till);
  const invoice = await sellForCash(till, 1, '450');
  await go(page, `sales/${invoice}`);
  await page.getByRole('button', { name: 'Void…' }).click();
  await page.getByRole('button', { name: 'Void it' }).click();
  await expect(page.getByText('Write down why')).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('Why?').fill('wrong table');
  await page.keyboard.press('Enter');
  await expect(page.getByText('because wrong table')).toBeVisible();

  const { state } = await till.call('sale_get', { invoice });
  expect(state).toBe('voided');
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});

test('an unfinished sale goes on where it was left', async ({ page, till }) => {
  await openShop(page, till);
  const { invoice } = await bitcoin(till, 1, '6000');
  await go(page, `sales/${invoice}`);
  await page.getByRole('button', { name: 'Go on with this sale' }).click();
  await expect(page.getByRole('img', { name: 'Bitcoin payment code' })).toBeVisible();
});

test('every number of the ledger opens the entries behind it, and the books are checked', async ({ page, till }) => {
  await openShop(page, till);
  await sellForCash(till, 1, '450');
  await go(page, 'ledger');
  await page.getByRole('link', { name: /^Cash drawer, 4\.50 EUR/ }).click();
  const entries = page.getByRole('region', { name: 'Entries, newest first' });
  await expect(entries.getByText('+4.50').first()).toBeVisible();
  await expect(entries.getByText('0.00 EUR').first()).toBeVisible();
  await page.getByRole('button', { name: 'Check the books now' }).click();
  await expect(page.getByText('The books add up')).toBeVisible();
  await expectAccessible(page);
});

test('money after a cancelled sale waits in the inbox and is counted for another sale', async ({ page, till }) => {
  await openShop(page, till);
  const { invoice, payment } = await bitcoin(till, 1, '6000');
  await till.call('sale_cancel', { invoice, although_seen: false });
  await till.call('practice_act', { invoice, payment, act: 'pay_exact' });
  await till.call('practice_act', { invoice, payment, act: 'mine_block' });
  await open(till, 2, '6000', 'The same customer');

  await go(page, 'strays');
  await expect(page.getByText('The sale was cancelled.', { exact: true })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Count it for a sale' }).click();
  await expectAccessible(page);
  await page.getByRole('button', { name: /The same customer/ }).click();
  await expect(page.getByText('Counted for a sale').first()).toBeVisible();
  const [stray] = await till.call('strays', {});
  expect(stray).toMatchObject({ state: 'assigned', assigned_to: id('inv', 2) });
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});

test('settings are saved whole, and what is wrong is said at its field', async ({ page, till }) => {
  await openShop(page, till);
  await go(page, 'settings/quote');
  await page.getByLabel('A quote holds for (minutes)').fill('2000');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Write whole minutes, 1 to 1440.')).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('A quote holds for (minutes)').fill('10');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  expect((await till.call('settings_get', {})).shop.quote_minutes).toBe(10);

  await page.getByRole('link', { name: 'Language' }).click();
  await page.getByText('Deutsch').click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { name: 'Einstellungen' })).toBeVisible();
});

test('a receipt says COPY from its second print on', async ({ page, till }) => {
  await openShop(page, till);
  const invoice = await sellForCash(till, 1, '450');
  await page.evaluate(() => (window.print = () => undefined));
  await go(page, `receipt/${invoice}`);
  await expect(page.getByText('Corner Café')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Print' }).click();
  const slip = page.getByRole('article', { name: 'Receipt' });
  await expect(slip).toContainText('PRACTICE');
  const printed = async () =>
    (await till.call('sale_timeline', { invoice })).filter(({ kind }) => kind === 'receipt_printed').length;
  await expect.poll(printed).toBe(1);
  await expect(slip).not.toContainText('COPY');
  await page.getByRole('button', { name: 'Print' }).click();
  await expect(slip).toContainText('COPY');
});

test('the first run takes three answers and no mouse', async ({ page, till }) => {
  await page.goto(till.address);
  await expect(page.getByRole('heading', { name: 'What is your shop called?' })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.type('Corner Café');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Which currency do you sell in?' })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.type('swiss');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'How do you want to begin?' })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Charge' })).toBeVisible();
  expect(await till.call('status', {})).toMatchObject({ first_run: false, currency: 'CHF', shop_name: 'Corner Café' });
});

test('a browser is never shown words: it names the command for a terminal', async ({ page, till }) => {
  await openShop(page, till);
  await go(page, 'setup/wallet');
  await expect(page.getByText('tillstream secret create bitcoin.mnemonic')).toBeVisible();
  await expect(page.getByRole('button', { name: '12 words' })).toBeHidden();
  await expectAccessible(page);
});

test('a payment taken back after the goods went is on every screen until somebody says they know', async ({
  page,
  till,
}) => {
  await openShop(page, till);
  const { invoice, payment } = await bitcoin(till, 1, '6000');
  await till.call('practice_act', { invoice, payment, act: 'pay_exact' });
  await till.call('practice_act', { invoice, payment, act: 'mine_block' });
  await till.call('practice_act', { invoice, payment, act: 'reorganise' });
  await expect(page.getByText('A payment was taken back after the goods went.')).toBeVisible();
  await go(page, 'ledger');
  await expect(page.getByText('A payment was taken back after the goods went.')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Open the sale' }).click();
  await expect(page.getByRole('heading', { name: 'Sale 0001' })).toBeVisible();
  await page.getByRole('button', { name: 'I know' }).click();
  await expect(page.getByText('A payment was taken back after the goods went.')).toBeHidden();
});
