/** What the status strip says: the connection, the chain's tip, the servers, codes nobody pays, the books, and the keyring when it matters. */
import type { Connection, RailNoticeDto, StatusDto } from '$lib/backend';
import { m } from '$words';
import { age } from './time';

export interface StripItem {
  kind:
    'connected' | 'lost' | 'tip' | 'chains' | 'servers' | 'unpaid' | 'ledger_ok' | 'ledger_bad' | 'keyring' | 'clock';
  text: string;
  warn: boolean;
}

export function stripItems(status: StatusDto, connection: Connection): StripItem[] {
  return [
    connectionItem(connection),
    ...bitcoinItems(status),
    ...chainItems(status),
    ledgerItem(status),
    ...keyringItems(status),
    ...clockItems(status),
  ];
}

function connectionItem(connection: Connection): StripItem {
  if (connection === 'connected') return { kind: 'connected', text: m.shell_strip_connected(), warn: false };
  return { kind: 'lost', text: m.shell_strip_lost(), warn: true };
}

function bitcoinItems({ bitcoin }: StatusDto): StripItem[] {
  if (bitcoin.simulated) return [{ kind: 'tip', text: m.shell_strip_tip_simulated(), warn: false }];
  if (!bitcoin.enabled || !bitcoin.set_up) return [{ kind: 'tip', text: m.shell_strip_bitcoin_off(), warn: false }];
  const up = bitcoin.servers.filter((server) => server.up).length;
  const servers: StripItem =
    up === 0
      ? { kind: 'servers', text: m.shell_strip_node_down(), warn: true }
      : {
          kind: 'servers',
          text: m.shell_strip_nodes({ up, all: bitcoin.servers.length }),
          warn: up < bitcoin.servers.length,
        };
  const tip: StripItem = { kind: 'tip', text: tipText(bitcoin.tip_height, bitcoin.tip_age_s), warn: false };
  return [tip, servers, ...bitcoin.notices.map(noticeItem)];
}

/** One word for all chains, by name only where one is down: the strip is short. */
function chainItems({ chains }: StatusDto): StripItem[] {
  const used = chains.filter((chain) => chain.enabled && chain.set_up && !chain.simulated);
  const down = used.filter(({ servers }) => !servers.some(({ up }) => up)).map(({ name }) => name);
  if (down.length > 0) {
    return [{ kind: 'chains', text: m.shell_strip_chains_down({ chains: down.join(', ') }), warn: true }];
  }
  return used.length === 0 ? [] : [{ kind: 'chains', text: chainsWord(used.length), warn: false }];
}

function chainsWord(count: number): string {
  return count === 1 ? m.shell_strip_chain() : m.shell_strip_chains({ count });
}

function noticeItem({ count }: RailNoticeDto): StripItem {
  return { kind: 'unpaid', text: m.shell_strip_unpaid({ count }), warn: true };
}

function tipText(height: number | null, ageSeconds: number | null): string {
  if (height === null || ageSeconds === null) return m.shell_strip_tip_none();
  return m.shell_strip_tip({ height, age: age(ageSeconds) });
}

function ledgerItem({ ledger }: StatusDto): StripItem {
  if (ledger.ok) return { kind: 'ledger_ok', text: m.shell_strip_ledger_ok(), warn: false };
  return { kind: 'ledger_bad', text: m.shell_strip_ledger_bad(), warn: true };
}

function keyringItems({ keyring }: StatusDto): StripItem[] {
  if (keyring === 'locked') return [{ kind: 'keyring', text: m.shell_strip_keyring_locked(), warn: true }];
  if (keyring === 'absent') return [{ kind: 'keyring', text: m.shell_strip_keyring_absent(), warn: true }];
  return [];
}

function clockItems({ clock_is_behind }: StatusDto): StripItem[] {
  return clock_is_behind ? [{ kind: 'clock', text: m.shell_strip_clock(), warn: true }] : [];
}
