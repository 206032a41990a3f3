/** What a rule of the policy may be about: a rail, or one chain of it. */
import { KNOWN_CHAINS } from '$lib/money';
import { m } from '$words';

/** Every choice, and the one that a rule has already, which may be a chain this screen does not know by name. */
export function scopeChoices(now: string): { value: string; word: string }[] {
  const known = [
    { value: 'bitcoin', word: m.charge_bitcoin() },
    { value: 'evm', word: m.settings_policy_evm() },
    ...KNOWN_CHAINS.map(([id, word]) => ({ value: `evm:${id}`, word })),
  ];
  return known.some(({ value }) => value === now) ? known : [...known, { value: now, word: now }];
}
