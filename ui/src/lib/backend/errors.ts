/** The one table from a fault's code to what the clerk reads. The core's English `detail` is never the headline. */
import { m } from '$words';
import type { FaultCode } from './backend';

export type Severity = 'info' | 'warning' | 'error';

export interface Explanation {
  title: string;
  advice: string;
  severity: Severity;
}

const TABLE: Record<FaultCode, () => Explanation> = {
  bad_request: () => ({ title: m.error_bad_request(), advice: m.error_bad_request_advice(), severity: 'error' }),
  bad_amount: () => ({ title: m.error_bad_amount(), advice: m.error_bad_amount_advice(), severity: 'warning' }),
  card_number: () => ({ title: m.error_card_number(), advice: m.error_card_number_advice(), severity: 'warning' }),
  not_found: () => ({ title: m.error_not_found(), advice: m.error_not_found_advice(), severity: 'warning' }),
  not_now: () => ({ title: m.error_not_now(), advice: m.error_not_now_advice(), severity: 'warning' }),
  rail_unavailable: () => ({
    title: m.error_rail_unavailable(),
    advice: m.error_rail_unavailable_advice(),
    severity: 'warning',
  }),
  no_rate: () => ({ title: m.error_no_rate(), advice: m.error_no_rate_advice(), severity: 'warning' }),
  unknown: () => ({ title: m.error_unknown(), advice: m.error_unknown_advice(), severity: 'error' }),
  storage: () => ({ title: m.error_storage(), advice: m.error_storage_advice(), severity: 'error' }),
  keyring: () => ({ title: m.error_keyring(), advice: m.error_keyring_advice(), severity: 'warning' }),
  wrong_pin: () => ({ title: m.error_wrong_pin(), advice: m.error_wrong_pin_advice(), severity: 'warning' }),
  forbidden: () => ({ title: m.error_forbidden(), advice: m.error_forbidden_advice(), severity: 'warning' }),
  settings_changed: () => ({
    title: m.error_settings_changed(),
    advice: m.error_settings_changed_advice(),
    severity: 'warning',
  }),
  closing: () => ({ title: m.error_closing(), advice: m.error_closing_advice(), severity: 'info' }),
  broken: () => ({ title: m.error_broken(), advice: m.error_broken_advice(), severity: 'error' }),
  internal: () => ({ title: m.error_internal(), advice: m.error_internal_advice(), severity: 'error' }),
  unreachable: () => ({ title: m.error_unreachable(), advice: m.error_unreachable_advice(), severity: 'error' }),
  no_token: () => ({ title: m.error_no_token(), advice: m.error_no_token_advice(), severity: 'error' }),
};

/** Title, advice and severity for a code. A code this screen is too old to know reads as a defect. */
export function explain(code: FaultCode): Explanation {
  return (TABLE[code] ?? TABLE.internal)();
}
