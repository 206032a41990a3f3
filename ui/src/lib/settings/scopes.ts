/** What a rule of the policy may be about: a rail, or one chain of it. */
import { m } from '$words';

const CHAINS: [string, string][] = [
  ['evm:1', 'Ethereum'],
  ['evm:10', 'Optimism'],
  ['evm:56', 'BNB Smart Chain'],
  ['evm:137', 'Polygon'],
  ['evm:8453', 'Base'],
  ['evm:42161', 'Arbitrum'],
];

/** Every choice, and the one that a rule has already, which may be a chain this screen does not know by name. */
export function scopeChoices(now: string): { value: string; word: string }[] {
  const known = [
    { value: 'bitcoin', word: m.charge_bitcoin() },
    { value: 'evm', word: m.settings_policy_evm() },
    ...CHAINS.map(([value, word]) => ({ value, word })),
  ];
  return known.some(({ value }) => value === now) ? known : [...known, { value: now, word: now }];
}
