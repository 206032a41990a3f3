import { Fault } from '../../src/lib/backend/backend';
import type {
  SettlementDto,
  SettlementPartsRequest,
  SettlementsRequest,
  TabsDto,
} from '../../src/lib/backend/bindings';
import type { Replies } from '../fixture-backend';
import { liveStatus } from '../fixtures/status';
import { charge, owed, part, tally } from '../fixtures/tabs';

/** Books with these charges set aside; one that is tried again is asked about for ever. */
function books(charges: SettlementDto[], tabs: TabsDto[]): Replies {
  let lying = charges;
  let asked: SettlementDto | undefined;
  const status = { dead_letters_open: charges.length, charges_set_aside: charges.length, surface: 'window' };
  return {
    status: () => liveStatus(status),
    tabs: () => tabs.map((of) => (asked === undefined ? of : { ...of, asking: tally(1, 640) })),
    tabs_settle: () => ({ count: tabs[0]?.on_tabs.count ?? 0 }),
    settlements_set_aside: ({ after, limit }: SettlementsRequest) => {
      const rest = lying.filter(({ number }) => number > after);
      return { rows: rest.slice(0, limit), more: rest.length > limit, open: lying.length };
    },
    settlement_get: ({ settlement }) => {
      const found = [asked, ...charges, charged].find((one) => one?.settlement === settlement);
      if (found === undefined) throw new Fault('not_found', 'there is no such settlement');
      return found;
    },
    settlement_parts: ({ before, limit }: SettlementPartsRequest) => {
      const first = before === 0 ? 128 : before - 1;
      return Array.from({ length: Math.min(limit, first) }, (_, at) => part(first - at));
    },
    settlement_retry: ({ settlement }) => {
      const tried = charges.find((one) => one.settlement === settlement) ?? charge();
      lying = lying.filter((one) => one.settlement !== settlement);
      asked = { ...tried, state: 'asking', trouble: null, reason: 'tried again' };
      return asked;
    },
  };
}

/** Charged since: `#/tabs/set_019a1b2c3d4e7abc8def000000000099`. */
const charged = charge(99, {
  state: 'charged',
  trouble: null,
  reason: null,
  reference: 'pi_3PqXb2LkdIwHu7ix0Zr1mT9c',
  fee: { minor: '44', currency: 'EUR', scale: 2 },
});

const payers = ['Idris Bah', 'Chloé Martin', 'Wolfgang-Maximilian von Hohenstauffen-Lichtenberg', 'Ana Sousa'];
const others = payers.map((payer, at) =>
  charge(at + 2, {
    payer,
    trouble: (['unknown', 'not_sent', 'protocol', 'misconfigured'] as const)[at] ?? 'declined',
    reason:
      ['the answer was lost', 'no route to host', '6.40 EUR was asked for, 64.00 EUR was taken', 'key expired'][at] ??
      '',
    amount: { minor: (1_234_50 * (at + 1)).toString(), currency: 'EUR', scale: 2 },
    parts: at === 0 ? 1 : 900 * at,
    attempt: at + 1,
  }),
);
const dollars = { minor: '123456', currency: 'USD', scale: 2 };

/** Charges of every trouble, with everything else going on. */
export const some: Replies = books(
  [charge(1), ...others],
  [
    owed({ on_tabs: tally(1_240, 318_455), charging: tally(3, 1_950), set_aside: tally(5, 1_235_140) }),
    owed({ on_tabs: { count: 1, sum: dollars }, asking: { count: 2, sum: dollars } }),
  ],
);

/** One, as on most days. */
export const one: Replies = books([charge(1)], [owed({ on_tabs: tally(12, 3_845), set_aside: tally(1, 640) })]);

/** More than anybody wants to read. */
export const many: Replies = books(
  Array.from({ length: 430 }, (_, at) => charge(at + 1)),
  [owed({ set_aside: tally(430, 275_200) })],
);

/** Nothing to decide. */
export const gathering: Replies = books([], [owed({ on_tabs: tally(12, 3_845) })]);

export const none: Replies = books([], []);

export const unreadable: Replies = {
  ...one,
  tabs: () => {
    throw new Fault('storage', 'the data file can’t be read: disk I/O error');
  },
};
