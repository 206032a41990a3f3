import type { Replies } from '../fixture-backend';
import { eur, sale, settings, tenders } from '../fixtures/sale';
import { liveStatus } from '../fixtures/status';

export const open: Replies = {
  status: () => liveStatus(),
  sale_get: () => sale(),
  tenders: () => tenders(),
  settings_get: () => settings(),
};

export const rounded: Replies = {
  ...open,
  sale_get: () => sale({ due: eur(2432), remaining: eur(2432) }),
};
