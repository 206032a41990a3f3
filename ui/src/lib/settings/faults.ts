/** What is wrong with a field, in words that say what to write instead. */
import { m } from '$words';
import type { FieldFault } from './rules';

const WORDS: Record<FieldFault, () => string> = {
  required: () => m.settings_fault_required(),
  decimal: () => m.settings_fault_decimal(),
  positive: () => m.settings_fault_positive(),
  pair: () => m.settings_fault_pair(),
  coin: () => m.settings_fault_coin(),
  minutes: () => m.settings_fault_minutes(),
  tolerance: () => m.settings_fault_tolerance(),
  percent: () => m.settings_fault_percent(),
  spread: () => m.settings_fault_spread(),
  confirmations: () => m.settings_fault_confirmations(),
  final_below_safe: () => m.settings_fault_final(),
  server: () => m.settings_fault_server(),
  rpc: () => m.settings_fault_rpc(),
  contract: () => m.settings_fault_contract(),
  decimals: () => m.settings_fault_decimals(),
};

export function fieldFaultWord(fault: FieldFault): string {
  return WORDS[fault]();
}
