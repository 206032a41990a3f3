/** How far a dispute is, why there is one, and what answers it, in the shop's words. A code newer than this screen still reads as a sentence. */
import type { Tone } from '$lib/design/states';
import { m } from '$words';

export interface DisputeLook {
  word: string;
  advice: string;
  tone: Tone;
}

const STATUSES: Record<string, () => DisputeLook> = {
  warning_needs_response: () => ({
    word: m.disputes_inquiry(),
    advice: m.disputes_inquiry_advice(),
    tone: 'conf',
  }),
  warning_under_review: () => ({ word: m.disputes_inquiry_review(), advice: m.disputes_review_advice(), tone: 'wait' }),
  warning_closed: () => ({ word: m.disputes_inquiry_closed(), advice: m.disputes_closed_advice(), tone: 'off' }),
  needs_response: () => ({ word: m.disputes_needs(), advice: m.disputes_needs_advice(), tone: 'bad' }),
  under_review: () => ({ word: m.disputes_review(), advice: m.disputes_review_advice(), tone: 'wait' }),
  won: () => ({ word: m.disputes_won(), advice: m.disputes_won_advice(), tone: 'paid' }),
  lost: () => ({ word: m.disputes_lost(), advice: m.disputes_lost_advice(), tone: 'off' }),
  prevented: () => ({ word: m.disputes_prevented(), advice: m.disputes_closed_advice(), tone: 'off' }),
};

export function disputeLook(status: string): DisputeLook {
  return (
    STATUSES[status] ?? (() => ({ word: m.disputes_other(), advice: m.disputes_other_advice(), tone: 'late' }))
  )();
}

const REASONS: Record<string, () => string> = {
  fraudulent: () => m.disputes_reason_fraudulent(),
  product_not_received: () => m.disputes_reason_not_received(),
  product_unacceptable: () => m.disputes_reason_unacceptable(),
  credit_not_processed: () => m.disputes_reason_credit(),
  duplicate: () => m.disputes_reason_duplicate(),
  subscription_canceled: () => m.disputes_reason_subscription(),
  unrecognized: () => m.disputes_reason_unrecognized(),
};

export function disputeReason(reason: string): string {
  return (REASONS[reason] ?? m.disputes_reason_general)();
}

const EVIDENCE: Record<string, () => string> = {
  product_description: () => m.disputes_fact_sold(),
  service_date: () => m.disputes_fact_served_on(),
  customer_name: () => m.disputes_fact_customer(),
  customer_email_address: () => m.disputes_fact_email(),
  refund_policy_disclosure: () => m.disputes_fact_policy(),
  refund_refusal_explanation: () => m.disputes_fact_refusal(),
  uncategorized_text: () => m.disputes_fact_records(),
};

/** What a part of the answer tells. */
export function evidenceWord(name: string): string {
  return (EVIDENCE[name] ?? m.disputes_fact_other)();
}
