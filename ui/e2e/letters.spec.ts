import type { Page } from '@playwright/test';
import { expect, expectAccessible, openShop, test, type RunningTill } from './till';

/** Tickets paid in dollars, which a shop without a rate can't take. */
async function handIn(till: RunningTill, count: number): Promise<void> {
  const instructions = Array.from({ length: count }, (_, at) => ({
    id: `ticket-${at}`,
    amount: '2.00',
    currency: 'USD',
    method: 'cash',
    payer: 'Mona Lindqvist',
    memo: 'evening show',
    metadata: { machine: '7' },
  }));
  for (let at = 0; at < count; at += 256) {
    await till.call('stream_take', { instructions: instructions.slice(at, at + 256) });
  }
}

async function setRate(till: RunningTill): Promise<void> {
  await till.call('settings_put', { key: 'rates.fixed.USD/EUR', value: '0.92' });
}

const go = (page: Page, route: string) => page.evaluate((hash) => (location.hash = hash), `#/${route}`);
const strip = (page: Page) => page.getByRole('link', { name: /needs? a decision/ });

test('a dead letter is told in the frame, explained, tried again in vain, and taken once its cause is put right', async ({
  page,
  till,
}) => {
  await openShop(page, till);
  await expect(strip(page)).toHaveCount(0);
  await handIn(till, 1);
  await strip(page).last().click();
  const letter = page.getByRole('region', { name: 'Dead letter 1' });
  await expect(letter).toContainText('There is no exchange rate USD → EUR');
  await expect(letter).toContainText('2.00 USD');
  await expect(letter.getByRole('region', { name: 'What was to be taken' })).toContainText('Mona Lindqvist');
  await expectAccessible(page);

  await letter.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('It still can’t be taken.')).toBeVisible();
  await expect(letter).toContainText('tried 2 times');
  await expectAccessible(page);

  await setRate(till);
  await letter.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('It is taken and in the books.')).toBeVisible();
  await expect(page.getByText('No dead letters: everything that was handed in is taken.')).toBeVisible();
  await expect(strip(page)).toHaveCount(0);
  expect((await till.call('dead_letters', { after: 0, limit: 1 })).open).toBe(0);
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});

test('hundreds are read page by page and all tried again, with what became of them', async ({ page, till }) => {
  await openShop(page, till);
  await handIn(till, 230);
  await go(page, 'letters');
  const list = page.getByRole('region', { name: 'Dead letters, oldest first' }).getByRole('link');
  await expect(list).toHaveCount(200);
  await page.getByRole('button', { name: 'Show more (30)' }).click();
  await expect(list).toHaveCount(230);

  await setRate(till);
  await page.getByRole('button', { name: 'Try all again' }).click();
  await expect(page.getByText('230 of 230 are taken and in the books.')).toBeVisible();
  await expect(page.getByText('No dead letters: everything that was handed in is taken.')).toBeVisible();
  await expectAccessible(page);
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});

for (const language of ['en', 'de']) {
  test(`dead letters can be read in the dark and on a small screen (${language})`, async ({ page, till }) => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 1024, height: 600 });
    await till.call('setup_finish', { shop_name: 'Corner Café', currency: 'EUR', language });
    await page.goto(till.address);
    await go(page, 'letters');
    await expectAccessible(page);
    await handIn(till, 3);
    await expect(page.getByText('USD → EUR').first()).toBeVisible();
    await expectAccessible(page);
  });
}
