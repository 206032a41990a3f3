import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, openShop, test, type RunningTill } from './till';

/** One micropayment by card: whose, and how much. */
type Card = [payer: string, amount: string];

const go = (page: Page, route: string) => page.evaluate((hash) => (location.hash = hash), `#/${route}`);
const strip = (page: Page) => page.getByRole('link', { name: /needs? a decision/ });
const owed = (page: Page) => page.getByRole('table').first();

/** Streams them through the command line, as a shop would, and waits until all are answered. Gives the exit code. */
async function stream(till: RunningTill, name: string, ...cards: Card[]): Promise<number | null> {
  const lines = cards.map(([payer, amount], at) =>
    JSON.stringify({ id: `${name}-${at + 1}`, amount, currency: 'EUR', method: 'card', payer, memo: 'late show' }),
  );
  const input = join(till.data, 'cards.ndjson');
  await writeFile(input, lines.join('\n'));
  return till.run('stream', '--input', input);
}

test('a charge that was declined is told in the frame, shows its parts, and is tried again', async ({ page, till }) => {
  await openShop(page, till);
  await go(page, 'tabs');
  await expect(page.getByText('Nobody owes anything.', { exact: false })).toBeVisible();
  await expectAccessible(page);

  expect(await stream(till, 'show', ['declined-bob', '4.00'], ['declined-bob', '2.00'])).toBe(0);
  await go(page, 'sell');
  await strip(page).last().click();
  const charge = page.getByRole('region', { name: 'Charge 1' });
  await expect(charge).toContainText('declined-bob');
  await expect(charge).toContainText('6.00 EUR');
  await expect(charge).toContainText('The payer’s bank said no');
  const parts = charge.getByRole('region', { name: 'What it takes, newest first' }).getByRole('row');
  await expect(parts).toHaveCount(2);
  await expect(parts.first()).toContainText('show-2');
  await expectAccessible(page);

  await charge.getByRole('button', { name: 'Try again' }).click();
  await expect(charge).toContainText('attempt 2');
  await expect(charge).toContainText('The payer’s bank said no');
  await expect(strip(page).last()).toHaveText('1 needs a decision');
});

test('what a payer wants whose charge failed is a dead letter that leads to the tabs', async ({ page, till }) => {
  await openShop(page, till);
  expect(await stream(till, 'show', ['declined-bob', '6.00'])).toBe(0);
  await expect(strip(page).last()).toHaveText('1 needs a decision');
  expect(await stream(till, 'more', ['declined-bob', '1.00'])).toBe(1);
  await expect(strip(page).last()).toHaveText('2 need a decision');
  await strip(page).last().click();
  const letter = page.getByRole('region', { name: 'Dead letter 1' });
  await expect(letter).toContainText('An earlier charge of this payer failed');
  await expectAccessible(page);
  await letter.getByRole('button', { name: 'Open Tabs' }).click();
  await expect(page.getByRole('region', { name: 'Charge 1' })).toContainText('declined-bob');
});

test('small tabs are charged by the button, and what is too small stays', async ({ page, till }) => {
  await openShop(page, till);
  expect(await stream(till, 'page', ['ada', '1.00'], ['ada', '1.00'], ['eve', '0.49'])).toBe(0);
  await go(page, 'tabs');
  await expect(owed(page)).toContainText('2.49 EUR');
  await expect(owed(page)).toContainText('2 tabs');
  await page.getByRole('button', { name: 'Charge all tabs now' }).click();
  await expect(page.getByRole('dialog')).toContainText('2.49 EUR');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Charge now' }).click();
  await expect(page.getByText('1 tab is being charged.')).toBeVisible();
  await expect(owed(page)).toContainText('0.49 EUR');
  await expect(owed(page)).toContainText('1 tab');
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Charge all tabs now' }).click();
  await page.getByRole('button', { name: 'Charge now' }).click();
  await expect(page.getByText('No tab was charged.')).toBeVisible();

  // The books lead to what the charge took.
  await go(page, 'ledger');
  await page.getByRole('article').filter({ hasText: 'Tab settled' }).getByRole('link', { name: 'Tabs' }).click();
  const charge = page.getByRole('region', { name: 'Charge 1' });
  await expect(charge).toContainText('The money is taken and in the books.');
  await expect(charge.getByRole('row')).toHaveCount(2);
  await expectAccessible(page);
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});

test('a payer without a card saves one at the till, and the charge that waited is tried again', async ({
  page,
  till,
}) => {
  await openShop(page, till);
  expect(await stream(till, 'show', ['cardless-carla', '6.00'])).toBe(0);
  await strip(page).last().click();
  const charge = page.getByRole('region', { name: 'Charge 1' });
  await expect(charge).toContainText('the payer has saved no card');
  await charge.getByRole('button', { name: 'Cards of this payer' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Cards of cardless-carla');
  await expect(dialog).toContainText('No card is saved.');
  await expectAccessible(page);

  const code = dialog.getByRole('img', { name: 'Code of the page to save a card on' });
  await dialog.getByRole('button', { name: 'Save a card' }).click();
  await expect(code).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Call off' }).click();
  await expect(code).toBeHidden();
  await expect(dialog).toContainText('No card is saved.');

  await dialog.getByRole('button', { name: 'Save a card' }).click();
  await dialog.getByRole('button', { name: 'Practice: save a card' }).click();
  await expect(dialog).toContainText('The card is saved.');
  await expect(dialog.getByRole('listitem')).toContainText('Mastercard •• 4444');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await charge.getByRole('button', { name: 'Try again' }).click();
  await expect(charge).toContainText('The money is taken and in the books.');
});

test('a card is forgotten after the question, and the one before it is charged', async ({ page, till }) => {
  await openShop(page, till);
  await go(page, 'tabs');
  await page.getByRole('button', { name: 'A payer’s cards' }).click();
  const dialog = page.getByRole('dialog');
  await expectAccessible(page);
  await dialog.getByRole('textbox', { name: 'Payer' }).fill('ada');
  await page.keyboard.press('Enter');
  const cards = dialog.getByRole('list', { name: 'Saved cards' }).getByRole('listitem');
  await expect(cards).toHaveText([/Visa •• 4242.*until 12\/2034 · this one is charged/]);

  await dialog.getByRole('button', { name: 'Save a card' }).click();
  await dialog.getByRole('button', { name: 'Practice: save a card' }).click();
  await expect(cards).toHaveText([/Mastercard •• 4444.*this one is charged/, /Visa •• 4242/]);
  await dialog.getByRole('button', { name: 'Forget Mastercard •• 4444' }).click();
  await expect(dialog).toContainText('Forget Mastercard •• 4444?');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Keep it' }).click();
  await expect(cards).toHaveCount(2);
  await dialog.getByRole('button', { name: 'Forget Mastercard •• 4444' }).click();
  await dialog.getByRole('button', { name: 'Forget this card' }).click();
  await expect(cards).toHaveText([/Visa •• 4242.*this one is charged/]);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

for (const language of ['en', 'de']) {
  test(`tabs can be read in the dark and on a small screen (${language})`, async ({ page, till }) => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 1024, height: 600 });
    await till.call('setup_finish', { shop_name: 'Corner Café', currency: 'EUR', language });
    expect(await stream(till, 'show', ['declined-bob', '6.00'], ['ada', '2.00'])).toBe(0);
    await page.goto(till.address);
    await go(page, 'tabs');
    await expect(page.getByRole('heading', { name: 'declined-bob' })).toBeVisible();
    await expectAccessible(page);
    // What to do about it needs no scrolling.
    const retry = language === 'en' ? 'Try again' : 'Erneut versuchen';
    await expect(page.getByRole('button', { name: retry })).toBeInViewport({ ratio: 1 });

    const [cards, save] = language === 'en' ? ['Cards of this', 'Save a card'] : ['Karten dieses', 'Karte speichern'];
    await page.getByRole('button', { name: cards }).click();
    await page.getByRole('button', { name: save, exact: true }).click();
    await expect(page.getByRole('dialog').getByRole('img')).toBeInViewport({ ratio: 1 });
    await expectAccessible(page);
  });
}
