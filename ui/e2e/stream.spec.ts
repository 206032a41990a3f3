import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, openShop, test, type RunningTill } from './till';

const go = (page: Page, route: string) => page.evaluate((hash) => (location.hash = hash), `#/${route}`);

/** Streams tickets of a cent through the command line, as a shop would, and waits until all are answered. */
async function stream(till: RunningTill, count: number, from = 0): Promise<void> {
  const lines = Array.from({ length: count }, (_, at) =>
    JSON.stringify({ id: `ticket-${from + at}`, amount: '0.01', currency: 'EUR', method: 'cash' }),
  );
  const input = join(till.data, 'payments.ndjson');
  await writeFile(input, lines.join('\n'));
  expect(await till.run('stream', '--input', input)).toBe(0);
}

test('before anything was streamed it says how to begin', async ({ page, till }) => {
  await openShop(page, till);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Stream' }).click();
  await expect(page.getByText('tillstream stream --input payments.ndjson')).toBeVisible();
  await expectAccessible(page);
});

test('a file that is streamed moves the numbers, and they come to rest', async ({ page, till }) => {
  await openShop(page, till);
  await go(page, 'stream');
  await expect(page.getByText('Nothing was ever streamed here.', { exact: false })).toBeVisible();
  await stream(till, 3_000);
  await expect(page.getByText('3,000 taken in all')).toBeVisible();
  await expect(page.getByText('Streaming.')).toBeVisible();
  const throughput = page.getByRole('region', { name: 'Handed in per second' });
  await expect(throughput).toContainText('Taken 3,000');
  await expect(throughput.getByRole('img')).toHaveAccessibleName(
    'Taken 3,000, Taken before 0, Refused 0, Dead letters 0',
  );
  await expect(page.getByText(/half; 99 of 100 in [\d.]+ (µs|ms|s)/)).toBeVisible();
  await expectAccessible(page);

  await expect(page.getByText('Nothing is streaming.')).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText(/^Last payment: \d\d:\d\d, 3,000 in all$/)).toBeVisible();
  await expect(page.getByText('no answers in the last 10 s')).toBeVisible();
  await expectAccessible(page);

  await stream(till, 500, 2_900);
  await expect(page.getByText('3,400 taken in all')).toBeVisible();
  await expect(throughput).toContainText('Taken before 100');
  const minutes = page.getByRole('table', { name: 'The last five minutes, minute by minute' });
  await expect(minutes.getByRole('row')).toHaveCount(6);
  expect((await till.call('ledger_verify', {})).ok).toBe(true);
});

test('a till that is gone leaves no chart that looks alive', async ({ page, till }) => {
  await openShop(page, till);
  await stream(till, 10);
  await go(page, 'stream');
  await expect(page.getByText('10 taken in all')).toBeVisible();
  await till.kill();
  await expect(page.getByText('How the stream flows can’t be read now.', { exact: false })).toBeVisible();
  await expect(page.getByRole('img')).toHaveCount(0);
  await expectAccessible(page);
});

for (const language of ['en', 'de']) {
  test(`the stream can be read in the dark and on a small screen (${language})`, async ({ page, till }) => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 1024, height: 600 });
    await till.call('setup_finish', { shop_name: 'Corner Café', currency: 'EUR', language });
    await stream(till, 10);
    await page.goto(till.address);
    await go(page, 'stream');
    await expect(page.getByRole('img').first()).toBeVisible();
    await expectAccessible(page);
    // The numbers and the charts need no scrolling.
    for (const shown of [...(await page.locator('dl dd').all()), ...(await page.getByRole('img').all())]) {
      await expect(shown).toBeInViewport({ ratio: 1 });
    }
  });
}
