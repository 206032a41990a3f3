/** What the simulated customer can do whom the reader asks for the card. */
import type { PracticeCardActDto } from '$lib/backend';
import type { PracticeDeed } from '$lib/shell/till.svelte';
import { m } from '$words';

export function practiceDeeds(act: (act: PracticeCardActDto) => void): PracticeDeed[] {
  return [
    { word: m.practice_refund_present(), act: () => act('tap_interac') },
    { word: m.practice_refund_another(), act: () => act('decline') },
  ];
}
