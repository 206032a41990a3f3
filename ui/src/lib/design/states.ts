/** The one vocabulary of states: each has an icon, a word and a tone. Colour is never the only signal. */
import Ban from '@lucide/svelte/icons/ban';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CircleDotDashed from '@lucide/svelte/icons/circle-dot-dashed';
import CirclePlus from '@lucide/svelte/icons/circle-plus';
import CircleX from '@lucide/svelte/icons/circle-x';
import AlarmClockOff from '@lucide/svelte/icons/alarm-clock-off';
import Clock from '@lucide/svelte/icons/clock';
import Eye from '@lucide/svelte/icons/eye';
import Hourglass from '@lucide/svelte/icons/hourglass';
import Loader from '@lucide/svelte/icons/loader';
import OctagonX from '@lucide/svelte/icons/octagon-x';
import ShieldQuestionMark from '@lucide/svelte/icons/shield-question-mark';
import TimerOff from '@lucide/svelte/icons/timer-off';
import Undo from '@lucide/svelte/icons/undo-2';
import FileX from '@lucide/svelte/icons/file-x';
import type { StateDto } from '$lib/backend';
import { m } from '$words';
import type { Icon } from './icon';

/** Colour families of tokens.css: `--TONE-fg`, `-bg`, `-solid`, `-on`. `unknown` is the inverse of the room, hatched. */
export type Tone = 'wait' | 'seen' | 'conf' | 'paid' | 'late' | 'bad' | 'off' | 'unknown';

export interface StateLook {
  icon: Icon;
  tone: Tone;
  word: () => string;
}

export const STATES: Record<StateDto, StateLook> = {
  preparing: { icon: Hourglass, tone: 'wait', word: () => m.state_preparing() },
  waiting: { icon: Clock, tone: 'wait', word: () => m.state_waiting() },
  detected: { icon: Eye, tone: 'seen', word: () => m.state_detected() },
  confirming: { icon: Loader, tone: 'conf', word: () => m.state_confirming() },
  paid: { icon: CircleCheck, tone: 'paid', word: () => m.state_paid() },
  partial: { icon: CircleDotDashed, tone: 'conf', word: () => m.state_partial() },
  overpaid: { icon: CirclePlus, tone: 'seen', word: () => m.state_overpaid() },
  late: { icon: AlarmClockOff, tone: 'late', word: () => m.state_late() },
  expired: { icon: TimerOff, tone: 'off', word: () => m.state_expired() },
  cancelled: { icon: Ban, tone: 'off', word: () => m.state_cancelled() },
  declined: { icon: CircleX, tone: 'bad', word: () => m.state_declined() },
  failed: { icon: OctagonX, tone: 'bad', word: () => m.state_failed() },
  unknown: { icon: ShieldQuestionMark, tone: 'unknown', word: () => m.state_unknown() },
  reversed: { icon: Undo, tone: 'bad', word: () => m.state_reversed() },
  voided: { icon: FileX, tone: 'off', word: () => m.state_voided() },
};

/** The word on a chip or in a list: short. What to do about it stands on the screen about that one sale. */
export function shortWord(state: StateDto): string {
  return state === 'unknown' ? m.state_unknown_short() : STATES[state].word();
}
