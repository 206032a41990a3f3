/**
 * A shop in sandbox mode with a real keyring, over the stand-in for Stripe: a till, the line to Stripe, a reader on the
 * counter, and customers' phones that open what the till shows.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, type Browser, type Page } from '@playwright/test';
import { Keyring } from './keyring';
import { Line } from './line';
import { built, RunningTill, runTill, test as base, type Books } from './till';

/** The stand-in's own key, which opens nothing else. */
const KEY = 'sk_test_12345678901234567890';

const PLACE = { name: 'Café', country: 'DE', line: 'Markt 1', city: 'Ulm', postal_code: '89073', state: '' };

/** The stand-in for Stripe as a program of its own, on a free port. */
class Stripe {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(): Promise<Stripe> {
    const child = spawn(built('stripe-simulator'), ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    return new Stripe(child, said.split(' ')[0] ?? '');
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }

  /** Holds a card to the reader. */
  async tap(reader: string): Promise<void> {
    await this.ask('POST', `/v1/test_helpers/terminal/readers/${reader}/present_payment_method`);
  }

  /** What was really charged, in cents, by charge. */
  async charged(): Promise<number[]> {
    const { data } = (await this.ask('GET', '/v1/charges')) as { data: { amount: number; status: string }[] };
    return data.filter(({ status }) => status === 'succeeded').map(({ amount }) => amount);
  }

  private async ask(method: string, path: string): Promise<unknown> {
    const answer = await fetch(`${this.url}${path}`, { method, headers: { authorization: `Bearer ${KEY}` } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}

/** What stands around the till. */
export interface StripeShop {
  till: RunningTill;
  stripe: Stripe;
  line: Line;
  reader: string;
}

export const test = base.extend<{ shop: StripeShop }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of the fixtures a fixture needs from here
  shop: async ({}, use) => {
    const ends: (() => Promise<void>)[] = [];
    try {
      await use(await open(ends));
    } finally {
      for (const end of ends.reverse()) await end();
    }
  },
});

/** Opens everything in turn; what was opened says how it is closed. */
async function open(ends: (() => Promise<void>)[]): Promise<StripeShop> {
  const data = await mkdtemp(join(tmpdir(), 'tillstream-e2e-'));
  ends.push(() => rm(data, { recursive: true }));
  const keyring = await Keyring.unlocked();
  ends.push(() => keyring.close());
  const stripe = await Stripe.start();
  ends.push(() => stripe.close());
  const line = await Line.to(stripe.url);
  ends.push(() => line.close());
  const books: Books = { data, mode: 'sandbox', env: keyring.env };
  for (const [key, value] of [
    ['rail.stripe.api_base', line.url],
    ['rail.stripe.enabled', 'true'],
  ] as const) {
    expect(await runTill(books, ['settings', 'set', key, value])).toBe(0);
  }
  expect(await runTill(books, ['secret', 'set', 'stripe.key'], KEY)).toBe(0);
  const till = await RunningTill.start(books);
  ends.push(() => till.kill());
  const { id } = await till.call('stripe_reader_register', { code: 'simulated-wpe', label: 'Counter', place: PLACE });
  await till.call('settings_put', { key: 'rail.stripe.reader', value: id });
  return { till, stripe, line, reader: id };
}

/** A page on the customer's own phone, at this address. */
export async function phone(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** Pays on the processor's page with one of its test cards, by name. */
export async function payWith(phone: Page, card: string): Promise<void> {
  await phone.getByLabel('Pay with').selectOption({ label: `Card: ${card}` });
  await phone.getByRole('button', { name: /^Pay/ }).tap();
}
