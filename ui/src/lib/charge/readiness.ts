/** How soon the goods may go when a coin is paid. */
import type { DepthDto, TenderDto } from '$lib/backend';
import { age } from '$lib/shell/time';
import { m } from '$words';

export function readyAfter({ confirmations: count, mark }: DepthDto): string {
  if (mark === 'safe') return m.charge_after_safe();
  if (mark === 'finalized') return m.charge_after_finalized();
  if (count === 0) return m.charge_at_once();
  return count === 1 ? m.charge_after_one() : m.charge_after_many({ count });
}

/** The rule, and about how long it takes where that is known. */
export function paceOf({ safe_at, chain }: TenderDto): string {
  const seconds = chain?.seconds ?? 0;
  return seconds === 0 ? readyAfter(safe_at) : `${readyAfter(safe_at)} · ${m.charge_about({ time: age(seconds) })}`;
}
