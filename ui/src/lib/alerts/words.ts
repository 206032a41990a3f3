/** Kinds of alerts: what happened, and what to do about it. */
import { m } from '$words';

const ALERTS: Record<string, { title: () => string; advice: () => string }> = {
  reversed: { title: () => m.alerts_reversed(), advice: () => m.alerts_reversed_advice() },
  mismatch: { title: () => m.alerts_mismatch(), advice: () => m.alerts_mismatch_advice() },
  disputed: { title: () => m.alerts_disputed(), advice: () => m.alerts_disputed_advice() },
  refund_failed: { title: () => m.alerts_refund_failed(), advice: () => m.alerts_refund_failed_advice() },
  unknown_payment: { title: () => m.alerts_unknown_payment(), advice: () => m.alerts_unknown_payment_advice() },
  payout_difference: { title: () => m.alerts_payout(), advice: () => m.alerts_payout_advice() },
  off_par: { title: () => m.alerts_off_par(), advice: () => m.alerts_off_par_advice() },
  dead_letter: { title: () => m.alerts_dead_letter(), advice: () => m.alerts_dead_letter_advice() },
};
const OTHER = { title: () => m.alerts_other(), advice: () => m.alerts_other_advice() };

export function alertWords(kind: string): { title: string; advice: string } {
  const words = ALERTS[kind] ?? OTHER;
  return { title: words.title(), advice: words.advice() };
}
