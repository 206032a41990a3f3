/** A till of its own for each test: started on a free port with fresh data, ended with the test. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';
import type { Commands } from '../src/lib/backend/bindings';

const START_MS_MAX = 30_000;

export class RunningTill {
  private constructor(
    private readonly child: ChildProcess,
    /** The address with its token, as the till printed it. */
    readonly address: string,
  ) {}

  static async start(data: string): Promise<RunningTill> {
    const child = spawn(binary(), ['--data-dir', data, '--mode', 'practice', 'serve', '--listen', '127.0.0.1:0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return new RunningTill(child, await addressOf(child));
  }

  /** Does a command as a script would, beside the screens. */
  async call<N extends keyof Commands>(name: N, request: Commands[N]['request']): Promise<Commands[N]['reply']> {
    const { origin, hash } = new URL(this.address);
    const answer = await fetch(`${origin}/api/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${hash.replace('#token=', '')}` },
      body: JSON.stringify(request),
    });
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Commands[N]['reply'];
  }

  /** As if the power had gone. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

export const test = base.extend<{ till: RunningTill }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of the fixtures a fixture needs from here
  till: async ({}, use) => {
    const data = await mkdtemp(join(tmpdir(), 'tillstream-e2e-'));
    const till = await RunningTill.start(data);
    await use(till);
    await till.kill();
    await rm(data, { recursive: true });
  },
  // A page that throws, or breaks its own content security policy, fails whatever test it was shown in.
  page: async ({ page }, use) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) faults.push(message.text());
    });
    await use(page);
    expect(faults).toEqual([]);
  },
});

/** Opens the screens of a shop that was set up already. */
export async function openShop(page: Page, till: RunningTill): Promise<void> {
  await till.call('setup_finish', { shop_name: 'Corner Café', currency: 'EUR', language: 'en' });
  await page.goto(till.address);
  await expect(page.getByRole('button', { name: 'Charge' })).toBeVisible();
}

/** No violation of WCAG A and AA on what is shown now. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual(
    [],
  );
}

export { expect };

/** The till under test: named by TILLSTREAM_BIN, else the one cargo built last into its usual folder. */
function binary(): string {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const built =
    process.env.TILLSTREAM_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug/tillstream');
  if (!existsSync(built)) throw new Error(`build the till first, or name it in TILLSTREAM_BIN: there is no ${built}`);
  return built;
}

async function addressOf(child: ChildProcess): Promise<string> {
  const deadline = setTimeout(() => child.kill('SIGKILL'), START_MS_MAX);
  if (child.stdout === null) throw new Error('the till has no standard output');
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /^open (\S+)$/.exec(line)?.[1];
    if (address === undefined) continue;
    clearTimeout(deadline);
    // Whatever else it prints must not fill the pipe.
    child.stdout.resume();
    return address;
  }
  throw new Error('the till ended before it said where it listens');
}
