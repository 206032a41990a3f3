/**
 * The till's real window under WebDriver: the built program in a home of its own, driven as a person would,
 * and its books read back through the command line.
 *
 * tauri-driver stands between WebdriverIO and WebKitWebDriver, which starts the program. Needs a display and a bus:
 * `xvfb-run` and `dbus-run-session`, or a desktop.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { remote } from 'webdriverio';
import type { Commands } from '../src/lib/backend/bindings';

/** How long anything on the screen may take: the machine that tests may be busy. */
const WAIT_MS_MAX = 30_000;

/** The till's data folder in the home of whoever has not said otherwise. */
const DATA = '.local/share/tillstream';

/** A folder in which the homes of the tests are made and stay; without it, each is removed after its test. */
const KEPT_HOMES = process.env.WINDOW_HOMES;

/** Where the program that owns the books can be asked. */
interface Control {
  address: string;
  token: string;
}

export class TillWindow {
  private constructor(
    readonly browser: WebdriverIO.Browser,
    private readonly home: string,
    private readonly driver: ChildProcess,
  ) {}

  /** Opens it as the desktop's menu does, for a user whose home is empty. */
  static async open(...options: string[]): Promise<TillWindow> {
    const home = await mkdtemp(join(KEPT_HOMES ?? tmpdir(), 'tillstream-window-'));
    const [port, nativePort] = [await freePort(), await freePort()];
    const driver = spawn(program('tauri-driver'), ['--port', `${port}`, '--native-port', `${nativePort}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: environment(home),
      // A group of its own: tauri-driver leaves WebKitWebDriver behind when it ends.
      detached: true,
    });
    await listening(port);
    const capabilities = {
      'wdio:enforceWebDriverClassic': true,
      'tauri:options': { application: till(), args: options },
    };
    // WebdriverIO does not know tauri-driver's own option.
    const session = { hostname: '127.0.0.1', port, logLevel: 'warn', waitforTimeout: WAIT_MS_MAX, capabilities };
    const browser = await remote(session as unknown as Parameters<typeof remote>[0]);
    return new TillWindow(browser, home, driver);
  }

  async close(): Promise<void> {
    await this.browser.deleteSession();
    const ended = once(this.driver, 'exit');
    if (this.driver.pid !== undefined) process.kill(-this.driver.pid);
    await ended;
    if (KEPT_HOMES === undefined) await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  /** A picture of the window. WebKit takes it with its next repaint, and a page at rest has none: so it gets some. */
  async picture(file: string): Promise<void> {
    await this.browser.waitUntil(() => this.isAtRest());
    await this.browser.execute(() => {
      let odd = false;
      const repaint = () => {
        odd = !odd;
        document.body.style.outline = odd ? '1px solid transparent' : '';
      };
      Object.assign(globalThis, { repaints: setInterval(repaint, 50) });
    });
    await this.browser.saveScreenshot(file);
    await this.browser.execute(() => clearInterval((globalThis as unknown as { repaints: number }).repaints));
  }

  /** No colour is on its way to another any more; what turns for ever may go on. */
  private isAtRest(): Promise<boolean> {
    return this.browser.execute(() =>
      document.getAnimations().every(({ effect }) => effect?.getComputedTiming().endTime === Infinity),
    );
  }

  /** Waits until this text can be read somewhere in the window. */
  async sees(text: string): Promise<void> {
    const found = async () => (await this.readText()).includes(text);
    await this.browser.waitUntil(found, { timeout: WAIT_MS_MAX, timeoutMsg: `the window never showed: ${text}` });
  }

  /** Everything that can be read now, the chosen option of each list too, blanks joined. */
  async readText(): Promise<string> {
    const text = await this.browser.execute(() => {
      const chosen = [...document.querySelectorAll('select')].map((list) => list.selectedOptions[0]?.text);
      return [document.body.innerText, ...chosen].join('\n');
    });
    return text.replace(/\s+/g, ' ');
  }

  /** Presses the button, link or choice whose name begins with this. */
  async press(name: string): Promise<void> {
    const button = this.browser.$(named(name));
    await button.waitForClickable({ timeout: WAIT_MS_MAX, timeoutMsg: `nothing to press is named: ${name}` });
    await button.click();
  }

  /** Presses it if it is there. */
  async pressIfThere(name: string): Promise<void> {
    const button = this.browser.$(named(name));
    if (await button.isExisting()) await button.click();
  }

  /** Types on the keyboard, to whatever has the focus. Named keys: `Enter`, `Escape`, `F12`. */
  async type(...keys: string[]): Promise<void> {
    for (const key of keys) await this.browser.keys(key);
  }

  /** Writes into the field whose label or placeholder begins with this. */
  async fill(label: string, text: string): Promise<void> {
    const field = this.browser.$(
      `//input[starts-with(@aria-label, "${label}") or starts-with(@placeholder, "${label}") or ` +
        `@id = //label[starts-with(normalize-space(.), "${label}")]/@for or ` +
        `ancestor::label[starts-with(normalize-space(.), "${label}")]]`,
    );
    await field.waitForClickable({ timeout: WAIT_MS_MAX, timeoutMsg: `no field is named: ${label}` });
    await field.setValue(text);
  }

  /** Goes to a screen by its address, as a link would. */
  async go(route: string): Promise<void> {
    await this.browser.execute((hash: string) => (location.hash = hash), `#/${route}`);
  }

  /** Does a command as a script beside the window of practice mode would, through the door its control file names. */
  async call<N extends keyof Commands>(name: N, request: Commands[N]['request']): Promise<Commands[N]['reply']> {
    const control = JSON.parse(await readFile(join(this.home, DATA, 'control.json'), 'utf8')) as Control;
    const answer = await fetch(`${control.address}/api/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${control.token}` },
      body: JSON.stringify(request),
    });
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Commands[N]['reply'];
  }

  /** Asks the program itself, on the command line, about the books of this window. Gives what it prints. */
  async ask(...question: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(till(), question, { env: environment(this.home) });
    return stdout;
  }
}

/** What is said to a program of a user with this home. */
function environment(home: string): NodeJS.ProcessEnv {
  const elsewhere = { XDG_DATA_HOME: undefined, XDG_CACHE_HOME: undefined, XDG_CONFIG_HOME: undefined };
  return { ...process.env, ...elsewhere, HOME: home };
}

function named(name: string): string {
  const text = `starts-with(normalize-space(.), "${name}")`;
  const label = `starts-with(@aria-label, "${name}")`;
  return `//*[self::button or self::a or self::label][${text} or ${label}]`;
}

/** The program under test: named by TILLSTREAM_BIN, else the one cargo built last into its usual folder. */
function till(): string {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const built =
    process.env.TILLSTREAM_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug/tillstream');
  if (!existsSync(built)) throw new Error(`build the till with its window first: there is no ${built}`);
  return built;
}

/** A tool on PATH, or where cargo installs. */
function program(name: string): string {
  const places = [...(process.env.PATH ?? '').split(delimiter), join(homedir(), '.cargo/bin')];
  const found = places.map((place) => join(place, name)).find(existsSync);
  if (found === undefined) throw new Error(`${name} is missing: scripts/fetch-tools builds it`);
  return found;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

/** Waits until somebody answers on the port. */
async function listening(port: number): Promise<void> {
  const end = Date.now() + WAIT_MS_MAX;
  while (Date.now() < end) {
    const answer = await fetch(`http://127.0.0.1:${port}/status`).catch(() => null);
    if (answer !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('tauri-driver did not start');
}
