import type { Page } from '@playwright/test';
import { expect, expectAccessible, openShop, test } from './till';

async function chargeBitcoin(page: Page, amount: string): Promise<void> {
  await page.keyboard.type(amount);
  await page.keyboard.press('F12');
  await page.getByRole('button', { name: /^Bitcoin/ }).click();
  await expect(page.getByRole('img', { name: 'Bitcoin payment code' })).toBeVisible();
}

const customer = (page: Page, deed: string) =>
  page.getByRole('region', { name: 'Practice' }).getByRole('button', { name: deed, exact: true });

test('a whole bitcoin sale in practice: code, detected, confirmed, paid', async ({ page, till }) => {
  await openShop(page, till);
  await chargeBitcoin(page, '60,00');
  await expect(page.getByText('Hand over: not yet')).toBeVisible();
  await expect(page.getByText('Fixed rate set by you')).toBeVisible();
  await expectAccessible(page);

  await customer(page, 'pay').click();
  await expect(page.getByText('Seen', { exact: true })).toBeVisible();
  await expectAccessible(page);
  await expect(page.getByRole('button', { name: 'Other way to pay' })).toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('Escape');
  await expect(page.getByText('Seen', { exact: true })).toBeVisible();

  await expect(async () => {
    if (await page.getByText('Hand over: yes').isVisible()) return;
    await customer(page, 'find a block').click();
    await expect(page.getByText('Hand over: yes')).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Next sale' }).click();
  await expect(page.getByText('Type an amount, or press a key.')).toBeVisible();

  const { rows } = await till.call('sales_list', { search: '', states: [], after: '', limit: 10 });
  expect(rows).toMatchObject([{ state: 'paid', due: { minor: '6000' }, methods: ['bitcoin'] }]);
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});

test('a partial payment shows what remains with a fresh code, and the rest is taken in cash', async ({
  page,
  till,
}) => {
  await openShop(page, till);
  await chargeBitcoin(page, '60,00');
  const asked = await page.getByRole('button', { name: 'Copy the amount' }).locator('..').innerText();
  await customer(page, 'pay short').click();
  await expect(page.getByText(/Partial .* remaining/)).toBeVisible();
  await expect(page.getByText(/^(29\.99|30\.00) of 60\.00 received$/)).toBeVisible();
  expect(await page.getByRole('button', { name: 'Copy the amount' }).locator('..').innerText()).not.toBe(asked);
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Take the rest another way' }).click();
  await expect(page.getByText('Still to pay')).toBeVisible();
  await page.getByRole('button', { name: /^Cash/ }).click();
  await page.getByRole('button', { name: /^Take .*, exact$/ }).click();
  await expect(page.getByText(/Hand over: (not yet|yes)/)).toBeVisible();
  await expect(page.getByText('Nothing more to pay here.').or(page.getByText('Hand over: yes'))).toBeVisible();
});

test('the way to pay is changed and the sale cancelled while nothing was seen; the cart is kept', async ({
  page,
  till,
}) => {
  await openShop(page, till);
  await chargeBitcoin(page, '4,50');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'How do they pay?' })).toBeVisible();
  await page.getByRole('button', { name: /^Bitcoin/ }).click();
  await page.getByRole('button', { name: 'Cancel…' }).click();
  await expect(page.getByRole('status', { name: 'Total' })).toContainText('4.50');

  await page.keyboard.press('F12');
  await expect(page.getByRole('heading', { name: 'How do they pay?' })).toBeVisible();
  const { rows } = await till.call('sales_list', { search: '', states: [], after: '', limit: 10 });
  expect(rows.map(({ number, state }) => `${number} ${state}`)).toEqual(['2 preparing', '1 cancelled']);
});

test('cancelling asks once money was seen', async ({ page, till }) => {
  await openShop(page, till);
  await chargeBitcoin(page, '60,00');
  await customer(page, 'pay').click();
  await expect(page.getByText('Seen', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel…' }).click();
  await expect(page.getByRole('dialog', { name: 'Money was seen. Cancel anyway?' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Keep waiting' }).click();
  await expect(page.getByText('Seen', { exact: true })).toBeVisible();
});

test('a sale left for the next customer says when its goods may go', async ({ page, till }) => {
  await openShop(page, till);
  await chargeBitcoin(page, '60,00');
  await customer(page, 'pay').click();
  await page.getByRole('button', { name: 'Next customer' }).click();
  const left = page.getByRole('list', { name: 'Sales on their way' });
  await expect(left).toContainText('Detected');
  await expectAccessible(page);

  const { rows } = await till.call('sales_list', { search: '', states: [], after: '', limit: 1 });
  const { invoice, payments } = await till.call('sale_get', { invoice: rows[0]!.invoice });
  await till.call('practice_act', { invoice, payment: payments[0]!.payment, act: 'mine_block' });
  await expect(left).toContainText('Hand over: yes');
  await left.getByRole('button', { name: /Sale 0001/ }).click();
  await expect(page.getByRole('heading', { name: 'Paid' }).first()).toBeVisible();
});

test('a payment taken back after the goods went shows on whatever screen is open', async ({ page, till }) => {
  await openShop(page, till);
  await chargeBitcoin(page, '60,00');
  await customer(page, 'pay').click();
  await expect(page.getByText('Seen', { exact: true })).toBeVisible();
  await customer(page, 'find a block').click();
  await expect(page.getByText('Hand over: yes')).toBeVisible();

  const { rows } = await till.call('sales_list', { search: '', states: [], after: '', limit: 1 });
  const { invoice, payments } = await till.call('sale_get', { invoice: rows[0]!.invoice });
  await till.call('practice_act', { invoice, payment: payments[0]!.payment, act: 'reorganise' });
  await expect(page.getByText('Hand over: no')).toBeVisible();
  await expect(page.getByText('The money is gone. Keep the goods.')).toBeVisible();
  await expectAccessible(page);
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});
