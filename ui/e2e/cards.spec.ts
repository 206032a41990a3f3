import { expect, expectAccessible, openShop, test } from './till';

const REFUSAL =
  'That looks like a card number. Tillstream never takes card numbers: use the card reader or the customer’s own phone.';

test('a card swiped over the keypad sells nothing, and the screen says what to do', async ({ page, till }) => {
  await openShop(page, till);
  await page.keyboard.type('450+');
  await page.keyboard.type('%B4242424242424242^DOE/JANE^28122011234?;4242424242424242=28122011234?');
  await page.keyboard.press('Enter');

  await expect(page.getByText('That looks like a card number')).toBeVisible();
  await expect(page.getByRole('status', { name: 'Total' })).toContainText('4.50');
  await expect(page.getByRole('heading', { name: 'How do they pay?' })).toBeHidden();
  await expectAccessible(page);
  expect((await till.call('sales_list', { search: '', states: [], after: '', limit: 10 })).rows).toEqual([]);

  // The next customer is served as ever.
  await page.getByRole('button', { name: 'Charge' }).click();
  await expect(page.getByRole('heading', { name: 'How do they pay?' })).toBeVisible();
});

test('a card number in a text field is taken out again and never sent', async ({ page, till }) => {
  await openShop(page, till);
  const sent: string[] = [];
  page.on('request', (request) => sent.push(request.postData() ?? ''));
  await page.evaluate(() => (location.hash = '#/sales'));
  const search = page.getByRole('searchbox');
  await search.fill('4242 4242 4242 4242');
  await expect(page.getByText(REFUSAL)).toBeVisible();
  await expect(search).toHaveValue('');
  await expectAccessible(page);

  await page.evaluate(() => (location.hash = '#/settings'));
  const name = page.getByLabel('Name of the shop');
  await name.fill('Café 5555-5555-5555-4444');
  await expect(page.getByText(REFUSAL)).toBeVisible();
  await expect(name).toHaveValue('');
  expect(sent.filter((body) => /4242|5555/.test(body))).toEqual([]);
});
