/** A session bus and an unlocked gnome-keyring of a test's own, so that a till of sandbox mode can keep its keys. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';

/** The one that the keyring itself is tested on. */
const BUS_CONFIGURATION = fileURLToPath(new URL('../../crates/keys/tests/private_session/bus.conf', import.meta.url));

export class Keyring {
  private readonly processes: ChildProcess[] = [];

  private constructor(private readonly home: string) {}

  /** A keyring somebody has logged in to. */
  static async unlocked(): Promise<Keyring> {
    const keyring = new Keyring(await mkdtemp(join(tmpdir(), 'tillstream-keyring-')));
    try {
      await keyring.startBus();
      await keyring.unlock();
      return keyring;
    } catch (thrown) {
      await keyring.close();
      throw thrown;
    }
  }

  /** The surroundings in which a program finds it. */
  env: NodeJS.ProcessEnv = {};

  /** Ends it, the keyring before its bus. */
  async close(): Promise<void> {
    for (const process of this.processes.reverse()) {
      if (process.exitCode !== null || process.signalCode !== null) continue;
      process.kill('SIGKILL');
      await once(process, 'exit');
    }
    await rm(this.home, { recursive: true, force: true });
  }

  private async startBus(): Promise<void> {
    const bus = spawn('dbus-daemon', [`--config-file=${BUS_CONFIGURATION}`, '--nofork', '--print-address=1'], {
      // It complains of limits that only a system's bus may raise.
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.processes.push(bus);
    const [address] = (await once(createInterface({ input: bus.stdout }), 'line')) as [string];
    const home = this.home;
    const places = { HOME: home, XDG_RUNTIME_DIR: home, XDG_DATA_HOME: home };
    this.env = { ...process.env, ...places, DBUS_SESSION_BUS_ADDRESS: address };
  }

  private async unlock(): Promise<void> {
    const options = ['--foreground', '--components=secrets', '--unlock'];
    // It complains when a till is killed that has just asked it something.
    const daemon = spawn('gnome-keyring-daemon', options, { stdio: ['pipe', 'ignore', 'ignore'], env: this.env });
    this.processes.push(daemon);
    daemon.stdin.end('testpw');
    await expect.poll(() => this.isThere(), { timeout: 20_000 }).toBe(true);
  }

  private async isThere(): Promise<boolean> {
    const question = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'];
    const wish = ['org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets'];
    const { stdout } = await promisify(execFile)('dbus-send', [...question, ...wish], { env: this.env });
    return stdout.includes('boolean true');
  }
}
