import type { Replies } from '../fixture-backend';
import { Fault } from '../../src/lib/backend/backend';
import { settings } from '../fixtures/sale';
import { liveStatus, status } from '../fixtures/status';

export const practice: Replies = { status: () => status({ strays_open: 2 }) };

export const live: Replies = {
  status: () =>
    liveStatus({
      keyring: 'locked',
      ledger: { ok: false, problem: 'entry 12 does not balance', events: 12, head: '00' },
    }),
};

/** Many codes in a row were never paid. */
export const unpaid: Replies = {
  status: () =>
    liveStatus({ bitcoin: { ...liveStatus().bitcoin, notices: [{ kind: 'unpaid_in_a_row', count: 17, limit: 20 }] } }),
  settings_get: () => ({
    ...settings(),
    bitcoin: { enabled: true, network: 'bitcoin', account: "[73c5da0a/84'/0'/0']xpub6CatWdiZiodmU", servers: [] },
  }),
};

/** The bookkeeper failed. */
export const broken: Replies = {
  status: () => {
    throw new Fault(
      'broken',
      'the bookkeeper failed and nothing more can be recorded: start the till again, then run `tillstream ledger verify`. What was confirmed is in the books',
    );
  },
};
