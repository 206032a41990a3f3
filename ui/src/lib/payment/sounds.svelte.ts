import type { StateDto } from '$lib/backend';
import { play, type Sound } from '$lib/shell/sound';

const SOUND_OF: Partial<Record<StateDto, Sound>> = {
  detected: 'seen',
  confirming: 'seen',
  partial: 'seen',
  paid: 'paid',
  overpaid: 'paid',
  declined: 'failed',
  failed: 'failed',
  unknown: 'failed',
  reversed: 'failed',
};

/** The sound of coming into a state from another; none for the first state seen, nor for the same sound again. */
export function soundBetween(before: StateDto | null, now: StateDto): Sound | null {
  if (before === null || before === now) return null;
  const sound = SOUND_OF[now] ?? null;
  return sound === SOUND_OF[before] ? null : sound;
}

/** Makes the sound of each change of state, for as long as the component lives. */
export function soundChanges(state: () => StateDto | null): void {
  let before: StateDto | null = null;
  $effect(() => {
    const now = state();
    if (now === null) return;
    const sound = soundBetween(before, now);
    before = now;
    if (sound !== null) play(sound);
  });
}
