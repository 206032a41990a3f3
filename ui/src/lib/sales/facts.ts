/**
 * A fact beside an event in the reader's words: `received 10.00 EUR`, `transaction 9f3c…77e1`. Amounts wear the marks of
 * the language, long references are cut in the middle, codes are translated.
 */
import type { FactDto } from '$lib/backend';
import { decimalText } from '$lib/money/money';
import { m } from '$words';
import { short } from './short';

const NAMES: Record<string, () => string> = {
  number: () => m.sales_fact_number(),
  total: () => m.sales_fact_total(),
  amount: () => m.sales_fact_amount(),
  value: () => m.sales_fact_value(),
  tendered: () => m.sales_fact_tendered(),
  change: () => m.sales_fact_change(),
  rounding: () => m.sales_fact_rounding(),
  rate: () => m.sales_fact_rate(),
  quoted: () => m.sales_fact_quoted(),
  address: () => m.sales_fact_address(),
  txid: () => m.sales_fact_txid(),
  reference: () => m.sales_fact_txid(),
  status: () => m.sales_fact_status(),
  confirmations: () => m.sales_fact_confirmations(),
  block_height: () => m.sales_fact_block(),
  block: () => m.sales_fact_block(),
  reason: () => m.sales_fact_reason(),
  customer: () => m.sales_fact_customer(),
  method: () => m.sales_fact_method(),
  note: () => m.sales_fact_note(),
  sale: () => m.sales_fact_sale(),
  tolerance: () => m.sales_fact_tolerance(),
};

const VALUES: Record<string, () => string> = {
  unconfirmed: () => m.sales_value_unconfirmed(),
  confirmed: () => m.sales_value_confirmed(),
  withdrawn: () => m.sales_value_withdrawn(),
  cash: () => m.sales_cash(),
  bitcoin: () => m.sales_bitcoin(),
  already_paid: () => m.strays_reason_already_paid(),
  sale_cancelled: () => m.strays_reason_sale_cancelled(),
  sale_voided: () => m.strays_reason_sale_voided(),
  unknown_address: () => m.strays_reason_unknown_address(),
  unbookable: () => m.strays_reason_unbookable(),
};

const AMOUNT = /^(-?\d+(?:\.\d+)?)((?: [A-Z]{3,5})?(?:\/[A-Z]{3,5})?)$/;
const REFERENCE_CHARS_MIN = 26;

export function factLine({ name, value }: FactDto, language: string): string {
  const word = NAMES[name];
  const shown = valueWord(name, value, language);
  return word === undefined ? shown : `${word()} ${shown}`;
}

function valueWord(name: string, value: string, language: string): string {
  const translated = VALUES[value];
  if (translated !== undefined) return translated();
  if (name === 'number') return value.padStart(4, '0');
  const amount = AMOUNT.exec(value);
  if (amount !== null) return `${decimalText(amount[1] ?? '', language)}${amount[2] ?? ''}`;
  return value.length >= REFERENCE_CHARS_MIN && !value.includes(' ') ? short(value, 8) : value;
}
