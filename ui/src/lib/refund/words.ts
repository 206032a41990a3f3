/** How far a refund is: a word, what it means, and its colour. */
import type { RefundDto, RefundStateDto } from '$lib/backend';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CircleX from '@lucide/svelte/icons/circle-x';
import Clock from '@lucide/svelte/icons/clock';
import Nfc from '@lucide/svelte/icons/nfc';
import Hourglass from '@lucide/svelte/icons/hourglass';
import ShieldQuestionMark from '@lucide/svelte/icons/shield-question-mark';
import type { Icon } from '$lib/design/icon';
import type { Tone } from '$lib/design/states';
import type { TimelineStep } from '$lib/design/Timeline.svelte';
import { cardName } from '$lib/card/words';
import type { CardPayment } from '$lib/card/payments';
import { m } from '$words';

export interface RefundLook {
  icon: Icon;
  tone: Tone;
  word: string;
}

const LOOKS: Record<RefundStateDto, () => RefundLook> = {
  asked: () => ({ icon: Hourglass, tone: 'wait', word: m.refund_asked() }),
  at_reader: () => ({ icon: Nfc, tone: 'wait', word: m.refund_at_reader() }),
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

/** What the customer and the clerk are asked for, while the card is to be presented. */
export function presentingWord({ state, reader, cancelling }: RefundDto, { card }: CardPayment): string {
  if (cancelling) return m.refund_stopping();
  if (state === 'unknown') return m.refund_checking();
  if (state === 'asked') return m.refund_waking({ reader });
  return card.reader_step === 'silent' ? m.refund_silent({ reader }) : m.refund_presents({ reader });
}

/** The reader asks, the card is presented, the money goes back: done, now, and to come. */
export function presentingSteps({ state }: RefundDto, { card }: CardPayment): TimelineStep[] {
  const titles = [m.refund_step_reader(), m.refund_step_card({ card: cardName(card) }), m.refund_step_back()];
  const now = ['asked', 'at_reader', 'unknown'].indexOf(state);
  return titles.map((title, place) => ({
    key: title,
    title,
    when: place === now ? m.payment_now() : '',
    phase: place < now ? 'done' : place === now ? 'now' : 'next',
  }));
}
