import type { Replies } from '../fixture-backend';
import { liveStatus, status } from '../fixtures/status';

export const practice: Replies = { status: () => status({ strays_open: 2 }) };

export const live: Replies = {
  status: () =>
    liveStatus({
      keyring: 'locked',
      ledger: { ok: false, problem: 'entry 12 does not balance', events: 12, head: '00' },
    }),
};
