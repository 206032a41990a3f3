import { expect, expectAccessible, openShop, test } from './till';

test('a whole cash sale by hand, with change and a receipt', async ({ page, till }) => {
  await openShop(page, till);
  await expectAccessible(page);
  for (const key of ['4', '5', '0']) await page.getByRole('button', { name: key, exact: true }).click();
  await page.getByRole('button', { name: 'Add as a line' }).click();
  await page.getByRole('button', { name: 'Charge' }).click();

  await expect(page.getByRole('heading', { name: 'How do they pay?' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: /^Cash/ }).click();

  await expect(page.getByRole('heading', { name: 'Cash' })).toBeVisible();
  await page.getByRole('button', { name: '20.00 EUR' }).click();
  await expect(page.getByText('15.50 EUR')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Take 20.00, give back 15.50' }).click();

  await expect(page.getByText('Hand over: yes')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Change due' })).toBeVisible();
  await expect(page.getByText('15.50 EUR')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Receipt' }).click();
  await expect(page.getByText('Corner Café')).toBeVisible();
  await expectAccessible(page);

  const { rows } = await till.call('sales_list', { search: '', states: [], after: '', limit: 10 });
  expect(rows).toMatchObject([{ state: 'paid', due: { minor: '450', currency: 'EUR' }, methods: ['cash'] }]);
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});

test('a cash sale by keyboard takes three keys after the amount', async ({ page, till }) => {
  await openShop(page, till);
  await page.keyboard.type('4,50');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'How do they pay?' })).toBeVisible();
  await page.keyboard.press('1');
  await expect(page.getByRole('button', { name: 'Take 4.50, exact' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Hand over: yes')).toBeVisible();

  // The next customer's first digit begins the next sale.
  await page.keyboard.type('300');
  await expect(page.getByRole('status', { name: 'Total' })).toContainText('3.00');
  await expect(page.getByText('Sale 0002')).toBeVisible();
});

test('several lines with a quantity, a name and a note; undo takes the last one back', async ({ page, till }) => {
  await openShop(page, till);
  await page.keyboard.type('3*250+');
  await page.keyboard.type('1.2+');
  const cart = page.getByRole('region', { name: 'Cart' });
  await expect(cart.getByRole('status', { name: 'Total' })).toContainText('8.70');
  await page.keyboard.press('Control+z');
  await expect(cart.getByRole('status', { name: 'Total' })).toContainText('7.50');

  await cart.getByRole('button', { name: /3 ×/ }).click();
  await cart.getByRole('button', { name: 'One less' }).click();
  await expect(cart.getByRole('status', { name: 'Total' })).toContainText('5.00');
  await cart.getByRole('group', { name: 'Change Open amount' }).getByRole('button', { name: 'Note' }).click();
  await page.getByLabel('Name on the receipt').fill('Flat white');
  await page.getByRole('dialog').getByLabel('Note', { exact: true }).fill('oat milk');
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(cart.getByText('oat milk')).toBeVisible();

  // The cart is there again after the page was lost.
  await page.reload();
  await expect(page.getByText('Flat white')).toBeVisible();
  await expect(page.getByRole('status', { name: 'Total' })).toContainText('5.00');
});
