/** How soon the goods may go when a coin is paid. */
import type { DepthDto } from '$lib/backend';
import { m } from '$words';

export function readyAfter({ confirmations: count, mark }: DepthDto): string {
  if (mark === 'safe') return m.charge_after_safe();
  if (mark === 'finalized') return m.charge_after_finalized();
  if (count === 0) return m.charge_at_once();
  return count === 1 ? m.charge_after_one() : m.charge_after_many({ count });
}
