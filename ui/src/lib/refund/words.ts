/** How far a refund is: a word, what it means, and its colour. */
import type { RefundStateDto } from '$lib/backend';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CircleX from '@lucide/svelte/icons/circle-x';
import Clock from '@lucide/svelte/icons/clock';
import Hourglass from '@lucide/svelte/icons/hourglass';
import ShieldQuestionMark from '@lucide/svelte/icons/shield-question-mark';
import type { Icon } from '$lib/design/icon';
import type { Tone } from '$lib/design/states';
import { m } from '$words';

export interface RefundLook {
  icon: Icon;
  tone: Tone;
  word: string;
}

const LOOKS: Record<RefundStateDto, () => RefundLook> = {
  asked: () => ({ icon: Hourglass, tone: 'wait', word: m.refund_asked() }),
  unknown: () => ({ icon: ShieldQuestionMark, tone: 'unknown', word: m.refund_unknown() }),
  refused: () => ({ icon: CircleX, tone: 'bad', word: m.refund_refused() }),
  pending: () => ({ icon: Clock, tone: 'wait', word: m.refund_pending() }),
  needs_action: () => ({ icon: Clock, tone: 'conf', word: m.refund_needs_action() }),
  succeeded: () => ({ icon: CircleCheck, tone: 'paid', word: m.refund_succeeded() }),
  failed: () => ({ icon: CircleX, tone: 'bad', word: m.refund_failed() }),
  cancelled: () => ({ icon: CircleX, tone: 'off', word: m.refund_cancelled() }),
};

export function refundLook(state: RefundStateDto): RefundLook {
  return LOOKS[state]();
}
