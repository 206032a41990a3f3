import { expect, expectAccessible, openShop, test } from './till';

test('a new shop is set up and makes its first practice sale', async ({ page, till }) => {
  await page.goto(till.address);
  await page.getByLabel('Name of the shop').fill('Corner Café');
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Which currency do you sell in?' })).toBeVisible();
  await page.getByRole('button', { name: 'Next' }).click();
  await expect(page.getByRole('heading', { name: 'How do you want to begin?' })).toBeVisible();
  await page.getByRole('button', { name: 'Start selling' }).click();
  await expect(page.getByRole('button', { name: 'Charge' })).toBeVisible();
  expect((await till.call('status', {})).shop_name).toBe('Corner Café');
});

test('the token leaves the address bar, and practice marks every screen', async ({ page, till }) => {
  await openShop(page, till);
  expect(page.url()).not.toContain('token');
  for (const place of ['Sales', 'Ledger', 'Stream', 'Stray payments', 'Settings', 'Sell']) {
    await page.getByRole('navigation').getByRole('link', { name: place }).click();
    await expect(page.getByRole('region', { name: 'Practice' })).toBeVisible();
    await expectAccessible(page);
  }
});

for (const [language, places] of [
  ['en', ['Sales', 'Ledger', 'Stream', 'Stray payments', 'Settings', 'Sell']],
  ['de', ['Verkäufe', 'Bücher', 'Stream', 'Verirrte Zahlungen', 'Einstellungen', 'Verkauf']],
] as const) {
  test(`every place can be read and pressed in the dark and on a small screen (${language})`, async ({
    page,
    till,
  }) => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 1024, height: 600 });
    await till.call('setup_finish', { shop_name: 'Corner Café', currency: 'EUR', language });
    await page.goto(till.address);
    for (const place of places) {
      await page.getByRole('navigation').getByRole('link', { name: place }).click();
      await expectAccessible(page);
    }
    await page.keyboard.type('450');
    await page.keyboard.press('F12');
    await expect(page.getByRole('heading', { name: /How do they pay|Wie wird bezahlt/ })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('button', { name: /^(Cash|Bar)/ }).click();
    await expectAccessible(page);
  });
}

test('the help lists every key', async ({ page, till }) => {
  await openShop(page, till);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toContainText('F12');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('a till that is gone is named within five seconds, and nothing can be charged', async ({ page, till }) => {
  await openShop(page, till);
  await page.keyboard.type('450');
  await till.kill();
  await expect(page.getByText('The till does not answer')).toBeVisible({ timeout: 5_000 });
  await expect(page.getByRole('button', { name: 'Charge' })).toHaveAttribute('aria-disabled', 'true');
  await expectAccessible(page);
});

test('without its token the page says how to sign in', async ({ page, till }) => {
  await page.goto(new URL(till.address).origin);
  await expect(page.getByText('This page is not signed in')).toBeVisible();
});
