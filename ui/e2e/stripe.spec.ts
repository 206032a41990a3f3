import type { Page } from '@playwright/test';
import { payWith, phone, test, type StripeShop } from './stripe-shop';
import { expect, expectAccessible, openShop } from './till';

/** The till hears of what a phone does by looking every second or so, on a machine that may be busy. */
const HEARD = { timeout: 20_000 };

const UNKNOWN = 'Unknown — checking. Do not charge again.';

async function charge(page: Page, amount: string, way: 'Card' | 'Card by phone'): Promise<void> {
  await page.keyboard.type(amount);
  await page.keyboard.press('F12');
  await page.getByRole('button', { name: new RegExp(`^${way} (At|They)`) }).click();
}

/** The address behind the code on the till's page, as its link button copies it. The code drawn is that address's. */
async function scan(page: Page, { till }: StripeShop): Promise<string> {
  const code = page.getByRole('img', { name: 'Code of the page to pay on' });
  await expect(code).toBeVisible(HEARD);
  const { rows } = await till.call('sales_list', { search: '', states: [], after: '', limit: 1 });
  const { payments } = await till.call('sale_get', { invoice: rows[0]!.invoice });
  const shown = payments.at(-1)?.card?.page;
  expect(await code.locator('path.modules').getAttribute('d')).toBe(shown?.qr.path);
  await page.getByRole('button', { name: 'Copy the payment link' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(shown?.url);
  return shown?.url ?? '';
}

test('a customer scans the code and pays on their own phone', async ({ page, browser, shop }) => {
  await openShop(page, shop.till);
  await charge(page, '24,30', 'Card by phone');
  const theirs = await phone(browser, await scan(page, shop));
  await expect(theirs.getByRole('heading', { name: 'Pay 24.30 EUR' })).toBeVisible();
  await expect(page.getByText('Hand over: not yet')).toBeVisible();
  await payWith(theirs, 'visa');
  await expect(theirs.getByRole('heading')).toContainText('Thanks');
  await expect(page.getByText('Hand over: yes')).toBeVisible(HEARD);
  await expect(page.getByText('Visa •• 4242')).toBeVisible();
  expect(await shop.stripe.charged()).toEqual([2430]);
  expect((await shop.till.call('ledger_verify', {})).ok).toBe(true);
});

test('a card is declined on the phone, the till says so, and another one pays', async ({ page, browser, shop }) => {
  await openShop(page, shop.till);
  await charge(page, '24,30', 'Card by phone');
  const theirs = await phone(browser, await scan(page, shop));
  await payWith(theirs, 'chargeDeclined');
  await expect(theirs.getByRole('alert')).toContainText('declined');
  await expect(page.getByText('Declined. Another card may be tried.')).toBeVisible(HEARD);
  await expect(page.getByText('Hand over: not yet')).toBeVisible();
  await expectAccessible(page);
  await payWith(theirs, 'mastercard');
  await expect(page.getByText('Hand over: yes')).toBeVisible(HEARD);
  expect(await shop.stripe.charged()).toEqual([2430]);
});

test('a page whose answer is lost is unknown until it is found, and is then paid', async ({ page, browser, shop }) => {
  await openShop(page, shop.till);
  shop.line.dieAt('/v1/payment_links');
  await charge(page, '24,30', 'Card by phone');
  await expect(page.getByText(UNKNOWN)).toBeVisible(HEARD);
  expect(shop.line.dead).toBe(true);
  await expect(page.getByRole('img', { name: 'Code of the page to pay on' })).toBeHidden();
  await expect(page.getByRole('button', { name: 'Other way to pay' })).toHaveAttribute('aria-disabled', 'true');
  await expectAccessible(page);
  shop.line.mend();
  const theirs = await phone(browser, await scan(page, shop));
  await payWith(theirs, 'visa');
  await expect(page.getByText('Hand over: yes')).toBeVisible(HEARD);
  expect(await shop.stripe.charged()).toEqual([2430]);
});

test('a card is held to the reader on the counter', async ({ page, shop }) => {
  await openShop(page, shop.till);
  await charge(page, '24,30', 'Card');
  await expect(page.getByRole('region', { name: 'Card reader' })).toContainText('Present card', HEARD);
  await shop.stripe.tap(shop.reader);
  await expect(page.getByText('Hand over: yes')).toBeVisible(HEARD);
  await page.getByRole('button', { name: 'Receipt' }).click();
  await expect(page.getByText('AID A000000003', { exact: false })).toBeVisible();
  expect(await shop.stripe.charged()).toEqual([2430]);
});

test('a card is charged, the answer is lost, and the till finds out without charging again', async ({ page, shop }) => {
  await openShop(page, shop.till);
  shop.line.dieAt('/process_payment_intent');
  await charge(page, '24,30', 'Card');
  await expect(page.getByText(UNKNOWN)).toBeVisible(HEARD);
  await shop.stripe.tap(shop.reader);
  expect(await shop.stripe.charged()).toEqual([2430]);
  await expect(page.getByText(UNKNOWN)).toBeVisible();
  await expectAccessible(page);
  shop.line.mend();
  await expect(page.getByText('Hand over: yes')).toBeVisible(HEARD);
  expect(await shop.stripe.charged()).toEqual([2430]);
  expect((await shop.till.call('ledger_verify', {})).ok).toBe(true);
});
