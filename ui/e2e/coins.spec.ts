import type { Page } from '@playwright/test';
import { expect, expectAccessible, openShop, test } from './till';

/** Two presses from the charge screen: the group, and the coin on its chain. */
async function chargeUsdcOnBase(page: Page, amount: string): Promise<void> {
  await page.keyboard.type(amount);
  await page.keyboard.press('F12');
  await page.getByRole('button', { name: /^Ether and stablecoins/ }).click();
  await expectAccessible(page);
  await page.getByRole('button', { name: /^USDC on Base/ }).click();
  await expect(page.getByRole('img', { name: 'USDC on Base payment code' })).toBeVisible();
}

const customer = (page: Page, deed: string) =>
  page.getByRole('region', { name: 'Practice' }).getByRole('button', { name: deed, exact: true });

/** Finds blocks until the goods may go. */
async function confirm(page: Page): Promise<void> {
  await expect(async () => {
    if (await page.getByText('Hand over: yes').isVisible()) return;
    await customer(page, 'find a block').click();
    await expect(page.getByText('Hand over: yes')).toBeVisible({ timeout: 1_000 });
  }).toPass();
}

test('a whole sale in USDC on Base: the code with its chain, seen, confirmed, paid', async ({ page, till }) => {
  await openShop(page, till);
  await chargeUsdcOnBase(page, '60,00');
  await expect(page.getByText(/^\d+\.\d{2,6} USDC on Base$/)).toBeVisible();
  await expect(page.getByText(/^\s*0xpractice[0-9a-f]{32}\s*$/)).toBeVisible();
  await page.getByText('Plain address').click();
  await expect(page.getByRole('img', { name: 'USDC on Base payment code' })).toBeVisible();
  await expectAccessible(page);

  await customer(page, 'pay').click();
  await expect(page.getByText('Seen', { exact: true })).toBeVisible();
  await confirm(page);
  await expectAccessible(page);
  const { rows } = await till.call('sales_list', { search: '', states: [], after: '', limit: 10 });
  expect(rows).toMatchObject([{ state: 'paid', due: { minor: '6000' }, methods: ['evm:8453/USDC'] }]);
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});

test('too little USDC leaves a rest, with a code for what remains', async ({ page, till }) => {
  await openShop(page, till);
  await chargeUsdcOnBase(page, '60,00');
  await customer(page, 'pay short').click();
  await expect(page.getByText(/Partial .* remaining/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Take the rest another way' })).toBeVisible();
});

test('too much USDC is kept as credit of the customer', async ({ page, till }) => {
  await openShop(page, till);
  await chargeUsdcOnBase(page, '60,00');
  await customer(page, 'pay over').click();
  await confirm(page);
  await expect(page.getByText(/credit/)).toBeVisible();
});

test('USDC that comes after the quote ended is late', async ({ page, till }) => {
  await openShop(page, till);
  await chargeUsdcOnBase(page, '60,00');
  await customer(page, 'pay late').click();
  await expect(page.getByText(/after the quote ended/).first()).toBeVisible();
});

test('USDC that is spent twice is gone again', async ({ page, till }) => {
  await openShop(page, till);
  await chargeUsdcOnBase(page, '60,00');
  await customer(page, 'pay').click();
  await expect(page.getByText('Seen', { exact: true })).toBeVisible();
  await customer(page, 'double-spend').click();
  await expect(page.getByText(/^Withdrawn: .* USDC$/)).toBeVisible();
  await expect(page.getByText('Hand over: not yet')).toBeVisible();
});

test('Escape leads from the coins back to the ways to pay, and digits choose', async ({ page, till }) => {
  await openShop(page, till);
  await page.keyboard.type('4,50');
  await page.keyboard.press('F12');
  const coins = page.getByRole('button', { name: /^Ether and stablecoins/ });
  await coins.click();
  await expect(page.getByRole('heading', { name: 'Which coin, on which chain?' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(coins).toBeVisible();
  await coins.click();
  const [first] = await page.getByRole('list', { name: 'Ether and stablecoins' }).getByRole('button').all();
  const name = await first!.locator('b').innerText();
  await page.keyboard.press('1');
  await expect(page.getByRole('heading', { name })).toBeVisible();
});
