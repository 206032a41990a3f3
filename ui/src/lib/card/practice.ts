/** What the simulated customer can do with a card, by how far the payment is. */
import type { CardStepDto, PracticeCardActDto } from '$lib/backend';
import type { PracticeDeed } from '$lib/shell/till.svelte';
import { m } from '$words';

export function practiceDeeds(step: CardStepDto, act: (act: PracticeCardActDto) => void): PracticeDeed[] {
  const deed = (word: string, name: PracticeCardActDto): PracticeDeed => ({ word, act: () => act(name) });
  if (step === 'customer') {
    return [
      deed(m.practice_card_tap(), 'tap'),
      deed(m.practice_card_interac(), 'tap_interac'),
      deed(m.practice_card_decline(), 'decline'),
      deed(m.practice_card_unheard(), 'tap_unheard'),
    ];
  }
  if (step === 'taken') return [deed(m.practice_card_object(), 'object')];
  return step === 'unknown' || step === 'sending' ? [deed(m.practice_card_line_back(), 'line_is_back')] : [];
}
