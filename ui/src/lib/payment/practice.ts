/** What the simulated customer can do about a payment by code. */
import type { PracticeActDto } from '$lib/backend';
import type { PracticeDeed } from '$lib/shell/till.svelte';
import { m } from '$words';

const WORDS: Record<PracticeActDto, () => string> = {
  pay_exact: () => m.practice_pay_exact(),
  pay_short: () => m.practice_pay_short(),
  pay_over: () => m.practice_pay_over(),
  pay_late: () => m.practice_pay_late(),
  double_spend: () => m.practice_double_spend(),
  mine_block: () => m.practice_mine_block(),
  reorganise: () => m.practice_reorganise(),
};

export function practiceDeed(name: PracticeActDto, act: () => void): PracticeDeed {
  return { word: WORDS[name](), act };
}
