import type { Page } from '@playwright/test';
import { expect, expectAccessible, openShop, test, type RunningTill } from './till';

const go = (page: Page, route: string) => page.evaluate((hash) => (location.hash = hash), `#/${route}`);

const practice = (page: Page, deed: string) =>
  page.getByRole('region', { name: 'Practice' }).getByRole('button', { name: deed, exact: true });

/** A sale that is paid at the reader. */
async function sell(page: Page, amount: string): Promise<void> {
  await page.keyboard.type(amount);
  await page.keyboard.press('F12');
  await page.getByRole('button', { name: /^Card At/ }).click();
  await practice(page, 'pay by card').click();
  await expect(page.getByText('Hand over: yes')).toBeVisible();
  await page.getByRole('button', { name: 'Next sale' }).click();
  await expect(page.getByRole('button', { name: 'Charge' })).toBeVisible();
}

/** Gives a part of the newest sale back. */
async function giveBack(till: RunningTill, cents: number): Promise<void> {
  const { rows } = await till.call('sales_list', { search: '', states: [], after: '', limit: 1 });
  const { invoice, payments } = await till.call('sale_get', { invoice: rows[0]!.invoice });
  const amount = { minor: `${cents}`, currency: 'EUR', scale: 2 };
  const refund = 'ref_019a1b2c3d4e7abc8def0123456789ad';
  await till.call('card_refund', { invoice, payment: payments[0]!.payment, refund, amount, reason: 'too cold' });
}

test('a shop that was never paid out to says so, and nothing comes of nothing', async ({ page, till }) => {
  await openShop(page, till);
  await go(page, 'payouts');
  await expect(page.getByText('No payouts yet.', { exact: false })).toBeVisible();
  await expectAccessible(page);
  await practice(page, 'pay out').click();
  await expect(page.getByText('take a card payment first', { exact: false })).toBeVisible();
});

test('a payout reads as a sum, and each part of it leads to its sale', async ({ page, till }) => {
  await openShop(page, till);
  await sell(page, '12,00');
  await sell(page, '20,00');
  await giveBack(till, 500);
  await page.getByRole('link', { name: 'Cards' }).click();
  await page.getByRole('link', { name: 'Payouts' }).click();
  await practice(page, 'pay out').click();
  const sum = page.getByRole('list', { name: 'How it adds up' });
  await expect(sum.getByRole('listitem')).toContainText([
    'Payments 2 parts 32.00',
    'Given back 1 part −5.00',
    'Disputes 0.00',
    'Fees 2 parts −0.98',
    'Payout = 26.02 EUR',
    'Adds up to the cent Difference 0.00',
  ]);
  await expect(page.getByRole('region', { name: /^Payout of/ })).toContainText('At the bank');
  await expectAccessible(page);

  await sum.getByText('Given back').click();
  await expectAccessible(page);
  await sum.getByRole('link', { name: 'Sale 0002' }).click();
  await expect(page.getByRole('heading', { name: 'Sale 0002' })).toBeVisible();
  await page.goBack();
  await page.getByText('In the books', { exact: true }).click();
  await expect(page.getByRole('article')).toContainText('Paid out to the bank');
  await page.getByText('What happened', { exact: true }).click();
  await expect(page.getByText('Heard of the payout')).toBeVisible();
  await expectAccessible(page);
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});

test('a payout that is a cent short says so everywhere, until somebody knows', async ({ page, till }) => {
  await openShop(page, till);
  await sell(page, '12,00');
  await go(page, 'payouts');
  await practice(page, 'pay out a cent too little').click();
  const payout = page.getByRole('region', { name: /^Payout of/ });
  await expect(payout).toContainText('It is 0.01 EUR less than its parts.');
  await expect(payout.getByRole('list')).toContainText('Not accounted for −0.01');
  await expect(page.getByRole('list', { name: 'How it adds up' })).toContainText('Payout = 11.56 EUR');
  await expect(page.getByRole('navigation', { name: 'Cards' }).getByRole('link', { name: 'Payouts' })).toContainText(
    '1',
  );
  await expectAccessible(page);

  const alerts = page.getByRole('alert', { name: 'Alerts' });
  await go(page, 'ledger');
  await expect(alerts).toContainText('A payout does not add up.');
  await alerts.getByRole('button', { name: 'Open the payouts' }).click();
  await expect(payout).toContainText('0.01 EUR less');
  await alerts.getByRole('button', { name: 'I know' }).click();
  await expect(alerts).toBeHidden();
  await expect(page.getByRole('link', { name: 'Cards' })).toHaveText('Cards');
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});
