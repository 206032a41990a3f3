import type { Page } from '@playwright/test';
import { expect, expectAccessible, openShop, test, type RunningTill } from './till';

const go = (page: Page, route: string) => page.evaluate((hash) => (location.hash = hash), `#/${route}`);

const customer = (page: Page, deed: string) =>
  page.getByRole('region', { name: 'Practice' }).getByRole('button', { name: deed, exact: true });

/** Types an amount and chooses a way to pay. */
async function charge(page: Page, amount: string, way: 'Card' | 'Card by phone'): Promise<void> {
  await page.keyboard.type(amount);
  await page.keyboard.press('F12');
  await page.getByRole('button', { name: new RegExp(`^${way} (At|They)`) }).click();
}

/** The newest sale, as the till has it. */
async function newest(till: RunningTill) {
  const { rows } = await till.call('sales_list', { search: '', states: [], after: '', limit: 1 });
  return till.call('sale_get', { invoice: rows[0]!.invoice });
}

test('a card at the reader: present card, paid, receipt', async ({ page, till }) => {
  await openShop(page, till);
  await charge(page, '24,30', 'Card');
  await expect(page.getByRole('region', { name: 'Card reader' })).toContainText('Present card');
  await expect(page.getByText('Hand over: not yet')).toBeVisible();
  await expect(page.getByText('No offline cards', { exact: false })).toBeVisible();
  await expectAccessible(page);

  await customer(page, 'pay by card').click();
  await expect(page.getByText('Hand over: yes')).toBeVisible();
  await expect(page.getByText('Visa •• 4242')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Receipt' }).click();
  await expect(page.getByText('Corner Café')).toBeVisible();
  expect(await newest(till)).toMatchObject({ state: 'paid', payments: [{ method: 'card' }] });
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});

test('a declined card says why; the same sale is paid with another', async ({ page, till }) => {
  await openShop(page, till);
  await charge(page, '24,30', 'Card');
  await customer(page, 'be declined').click();
  await expect(page.getByText('the bank declined the card', { exact: false })).toBeVisible();
  await expect(page.getByText('Hand over: no')).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Card again' }).click();
  await customer(page, 'pay by card').click();
  await expect(page.getByText('Hand over: yes')).toBeVisible();
  expect((await newest(till)).payments.map(({ state }) => state)).toEqual(['declined', 'paid']);
});

test('a card that is not presented is called off, and the sale is paid in cash', async ({ page, till }) => {
  await openShop(page, till);
  await charge(page, '24,30', 'Card');
  await expect(page.getByRole('region', { name: 'Card reader' })).toContainText('Present card');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'How do they pay?' })).toBeVisible();
  await page.getByRole('button', { name: /^Cash/ }).click();
  await page.getByRole('button', { name: /^Take .*, exact$/ }).click();
  await expect(page.getByText('Hand over: yes')).toBeVisible();
  expect((await newest(till)).payments.map(({ state }) => state)).toEqual(['cancelled', 'paid']);
});

test('while nobody knows what became of a card there is no way to charge again, and then it is known', async ({
  page,
  till,
}) => {
  await openShop(page, till);
  await charge(page, '24,30', 'Card');
  await customer(page, 'pay, line dead').click();
  await expect(page.getByText('Unknown — checking. Do not charge again.')).toBeVisible();
  await expectAccessible(page);

  await expect(page.getByRole('button', { name: 'Other way to pay' })).toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('Escape');
  await go(page, `charge/${(await newest(till)).invoice}`);
  await expect(page.getByText('Unknown — checking. Do not charge again.')).toBeVisible();
  expect((await newest(till)).may.pay).toBe(false);

  await customer(page, 'bring the line back').click();
  await expect(page.getByText('Hand over: yes')).toBeVisible();
  expect((await newest(till)).payments).toHaveLength(1);
});

test('a code for the customer’s phone is paid, and one that is called off is not shown any more', async ({
  page,
  till,
}) => {
  await openShop(page, till);
  await charge(page, '24,30', 'Card by phone');
  const code = page.getByRole('img', { name: 'Code of the page to pay on' });
  await expect(code).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Other way to pay' }).click();
  await expect(page.getByRole('heading', { name: 'How do they pay?' })).toBeVisible();
  await expect(code).toBeHidden();

  await page.getByRole('button', { name: /^Card by phone/ }).click();
  await expect(code).toBeVisible();
  await customer(page, 'pay by card').click();
  await expect(page.getByText('Hand over: yes')).toBeVisible();
});

test('held money is no payment until it is taken; a part is taken and the rest goes back', async ({ page, till }) => {
  await openShop(page, till);
  await till.call('settings_put', { key: 'rail.stripe.capture', value: 'later' });
  await charge(page, '24,30', 'Card');
  await customer(page, 'pay by card').click();
  await expect(page.getByRole('region', { name: 'Card reader' })).toContainText('Held, not paid');
  await expect(page.getByText('Hand over: not yet')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Next customer' }).click();

  await page.getByRole('link', { name: 'Cards' }).click();
  const detail = page.getByRole('region', { name: 'Held for sale 0001' });
  await expect(detail).toContainText('24.30');
  await expectAccessible(page);
  await detail.getByText('A part').click();
  await detail.getByRole('textbox').fill('20,00');
  await expect(detail).toContainText('4.30 EUR go back to the customer.');
  await detail.getByRole('button', { name: 'Take 20.00' }).click();
  await expect(page.getByText('Nothing is held.', { exact: false })).toBeVisible();
  await expectAccessible(page);
  expect(await newest(till)).toMatchObject({ state: 'partial', received: { minor: '2000' } });
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});

test('held money that is let go of leaves the sale to pay', async ({ page, till }) => {
  await openShop(page, till);
  await till.call('settings_put', { key: 'rail.stripe.capture', value: 'later' });
  await charge(page, '24,30', 'Card');
  await customer(page, 'pay by card').click();
  await page.getByRole('button', { name: 'Next customer' }).click();
  await go(page, 'held');
  await page.getByRole('button', { name: 'Let it go…' }).click();
  await expect(page.getByRole('dialog', { name: 'Let go of all of it?' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Let it go', exact: true }).click();
  await expect(page.getByText('Nothing is held.', { exact: false })).toBeVisible();
  expect(await newest(till)).toMatchObject({ remaining: { minor: '2430' } });
});

test('a part is given back by the receipt, then the rest, each with its reason', async ({ page, till }) => {
  await openShop(page, till);
  await charge(page, '24,30', 'Card');
  await customer(page, 'pay by card').click();
  await expect(page.getByText('Hand over: yes')).toBeVisible();
  const receipt = (await newest(till)).receipt_number;

  await go(page, 'refund');
  await page.getByRole('searchbox', { name: 'Receipt number' }).fill(`000${receipt}99`);
  await page.keyboard.press('Enter');
  await expect(page.getByText('There is no such receipt')).toBeVisible();
  await page.getByRole('searchbox', { name: 'Receipt number' }).fill(`00000${receipt}`);
  await page.keyboard.press('Enter');
  const deed = page.getByRole('form', { name: 'Give money back' });
  await expect(deed).toContainText('The money goes back to: Visa •• 4242');
  await expectAccessible(page);

  await deed.getByText('A part').click();
  await deed.getByRole('textbox', { name: 'Amount in EUR' }).fill('4,30');
  await expect(deed.getByRole('button', { name: 'Give back 4.30' })).toHaveAttribute('aria-disabled', 'true');
  await deed.getByRole('textbox', { name: /^Why/ }).fill('croissant was stale');
  await deed.getByRole('button', { name: 'Give back 4.30' }).click();
  await expect(deed.getByRole('list', { name: 'Given back so far' })).toContainText('croissant was stale');
  await expect(deed.getByText('Given back', { exact: true })).toBeVisible();
  await expectAccessible(page);

  await deed.getByRole('textbox', { name: /^Why/ }).fill('everything came back');
  await deed.getByRole('button', { name: 'Give back 20.00' }).click();
  await expect(deed).toContainText('All of it was given back.');
  await page.getByRole('button', { name: 'Open the sale' }).click();
  await expect(page.getByText('Refund asked for').first()).toBeVisible();
  await expectAccessible(page);
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});

test('a card that must be presented gets nothing back until it is, and the clerk may call it off', async ({
  page,
  till,
}) => {
  await openShop(page, till);
  await charge(page, '24,30', 'Card');
  await expect(page.getByRole('region', { name: 'Card reader' })).toContainText('Practice reader');
  await customer(page, 'pay by Interac').click();
  await expect(page.getByText('Hand over: yes')).toBeVisible();
  await go(page, `refund/${(await newest(till)).invoice}`);
  const deed = page.getByRole('form', { name: 'Give money back' });
  await expect(deed).toContainText('The money goes back to: Interac •• 1933');
  await expect(deed).toContainText('The customer must present this card');
  await expectAccessible(page);

  const giveBack = async (why: string) => {
    await deed.getByRole('textbox', { name: /^Why/ }).fill(why);
    await deed.getByRole('button', { name: 'Give back 24.30' }).click();
    await expect(deed.getByRole('status')).toContainText('Customer presents the card at Practice reader');
  };
  await giveBack('too cold');
  await expectAccessible(page);
  await deed.getByRole('button', { name: 'Call it off' }).click();
  await expect(deed.getByText('Refused: nothing went back')).toBeVisible();

  await giveBack('really too cold');
  await customer(page, 'present another card').click();
  await expect(deed.getByText('Refused: nothing went back')).toHaveCount(2);
  expect(await newest(till)).toMatchObject({ payments: [{ card: { refundable: { minor: '2430' } } }] });

  await giveBack('cold all the same');
  await customer(page, 'present the card').click();
  await expect(deed).toContainText('All of it was given back.');
  await expect(deed.getByText('Given back', { exact: true })).toBeVisible();
  await expectAccessible(page);
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});

test('a customer’s bank objects: it is told at once, and stands with its deadline', async ({ page, till }) => {
  await openShop(page, till);
  await charge(page, '24,30', 'Card');
  await customer(page, 'pay by card').click();
  await expect(page.getByText('Hand over: yes')).toBeVisible();
  await customer(page, 'object at the bank').click();
  await expect(page.getByText('Hand over: no')).toBeVisible();
  await expect(page.getByRole('alert', { name: 'Alerts' })).toContainText('bank objects');
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Look at the dispute' }).click();
  const dispute = page.getByRole('region', { name: 'Dispute about sale 0001' });
  await expect(dispute).toContainText('24.30');
  await expect(dispute).toContainText('Waits for your answer');
  await expect(dispute).toContainText(/in 6 days|in 7 days/);
  await expectAccessible(page);

  await dispute.getByRole('button', { name: 'Answer…' }).click();
  const answer = page.getByRole('dialog', { name: 'Answer the dispute about sale 0001' });
  const bundle = answer.getByRole('region', { name: 'This is what the bank reads' });
  await expect(bundle).toContainText('Total: 24.30 EUR');
  await expect(bundle).toContainText('Paid at a card reader in the shop, with the card present');
  await expect(answer.getByRole('textbox', { name: 'Handed over on' })).toBeFocused();
  await answer.getByRole('textbox', { name: /^What was said/ }).fill('They drank it.');
  await expect(bundle).toContainText('What was said with the customer: They drank it.');
  await expect(answer).toContainText('Simulated disputes need no answer');
  await expect(answer.getByRole('button', { name: 'Send to the bank' })).toHaveAttribute('aria-disabled', 'true');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(answer).toBeHidden();
  await expect(dispute).toContainText('Waits for your answer');
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});

test('a shop without trouble has empty lists that say so', async ({ page, till }) => {
  await openShop(page, till);
  await go(page, 'held');
  await expect(page.getByText('Nothing is held.', { exact: false })).toBeVisible();
  await page.getByRole('link', { name: 'Disputes' }).click();
  await expect(page.getByText('No disputes.', { exact: false })).toBeVisible();
  await expectAccessible(page);
  await go(page, 'settings/stripe');
  await expect(page.getByText('Cards are simulated in practice')).toBeVisible();
  await expectAccessible(page);
});
