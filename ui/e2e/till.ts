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

/** The books of a till: where they are, whose they are, and in what surroundings it runs. */
export interface Books {
  data: string;
  mode: 'practice' | 'sandbox';
  env?: NodeJS.ProcessEnv;
}

export class RunningTill {
  private constructor(
    private readonly child: ChildProcess,
    /** The address with its token, as the till printed it. */
    readonly address: string,
    /** Its books. */
    private readonly books: Books,
  ) {}

  static async start(books: Books): Promise<RunningTill> {
    const arguments_ = [...placeOf(books), 'serve', '--listen', '127.0.0.1:0'];
    const child = spawn(built('tillstream'), arguments_, { stdio: ['ignore', 'pipe', 'inherit'], env: books.env });
    return new RunningTill(child, await addressOf(child), books);
  }

  /** Its data folder. */
  get data(): string {
    return this.books.data;
  }

  /** Runs another command of the program on the same books, beside this one. Gives its exit code. */
  run(...command: string[]): Promise<number | null> {
    return runTill(this.books, command);
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
    const till = await RunningTill.start({ data, mode: 'practice' });
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

/** The least side of what can be pressed, in CSS pixels. */
const TARGET_PX_MIN = 48;

/** No violation of WCAG A and AA on what is shown now, and nothing to press that is smaller than a fingertip. */
export async function expectAccessible(page: Page): Promise<void> {
  expect(await smallTargets(page)).toEqual([]);
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual(
    [],
  );
}

/** What is shown, can be pressed, and is smaller than it must be. A link within a sentence is as high as its line. */
function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate((least) => {
    const pressable = 'button, a[href], input, select, textarea, summary, [role="tab"], [role="radio"]';
    const small: string[] = [];
    for (const found of document.querySelectorAll<HTMLElement>(pressable)) {
      if (!found.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      if (found.matches('a[href]') && found.closest('p, li') !== null) continue;
      // A box with a label around it is pressed by its label; an area drawn over the page counts as part of its link.
      const target = found.closest('label') ?? found;
      const drawn = getComputedStyle(target, '::after');
      const isArea = drawn.content !== 'none' && drawn.position === 'absolute';
      const side = (shown: number, area: string) => Math.max(shown, isArea ? Number.parseInt(area, 10) || 0 : 0);
      const box = target.getBoundingClientRect();
      const width = side(box.width, drawn.width);
      const height = side(box.height, drawn.height);
      if (Math.min(width, height) < least - 0.5) {
        const name = found.getAttribute('aria-label') ?? found.textContent?.trim().slice(0, 40);
        small.push(`${found.tagName.toLowerCase()} "${name}" is ${Math.round(width)} by ${Math.round(height)}`);
      }
    }
    return small;
  }, TARGET_PX_MIN);
}

export { expect };

/** Runs a command of the program on some books, with this on its standard input. Gives its exit code. */
export async function runTill(books: Books, command: string[], input = ''): Promise<number | null> {
  const child = spawn(built('tillstream'), [...placeOf(books), ...command], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: books.env,
  });
  child.stdin.end(input);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

function placeOf({ data, mode }: Books): string[] {
  return ['--data-dir', data, '--mode', mode];
}

/** Programs that may be named, instead of the ones that cargo built last into its usual folder. */
const NAMED: Record<string, string | undefined> = { tillstream: process.env.TILLSTREAM_BIN };

/** A program under test. */
export function built(name: string): string {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const program = NAMED[name] ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug', name);
  if (!existsSync(program)) throw new Error(`build ${name} first: there is no ${program}`);
  return program;
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
