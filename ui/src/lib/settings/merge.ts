/** What becomes of a draft when somebody else changed the settings meanwhile: what was typed is kept, the rest is theirs. */
import type { SettingsDto } from '$lib/backend';

/** `base` is what the draft was made from. Lists are one thing each: who changed one of its items keeps the whole list. */
export function merged(base: SettingsDto, draft: SettingsDto, theirs: SettingsDto): SettingsDto {
  const kept = mergedValue(base, draft, theirs) as SettingsDto;
  // Amounts typed in the old currency mean nothing in the new one.
  if (theirs.shop.currency !== base.shop.currency) return { ...kept, cash: theirs.cash, policy: theirs.policy };
  return kept;
}

function mergedValue(base: unknown, draft: unknown, theirs: unknown): unknown {
  if (!isTable(base) || !isTable(draft) || !isTable(theirs)) return isSame(base, draft) ? theirs : draft;
  const entries = Object.keys(theirs).map((key) => [key, mergedValue(base[key], draft[key], theirs[key])]);
  return Object.fromEntries(entries);
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
