/**
 * A fact beside an event in the reader's words: `received 10.00 EUR`, `transaction 9f3c…77e1`. Amounts wear the marks of
 * the language, long references are cut in the middle, codes are translated.
 */
import type { FactDto } from '$lib/backend';
import { coinName, decimalText } from '$lib/money';
import { m } from '$words';
import { short } from './short';

const NAMES: Record<string, () => string> = {
  sale: () => m.sales_fact_sale(),
  amount: () => m.sales_fact_amount(),
  tendered: () => m.sales_fact_tendered(),
  rate: () => m.sales_fact_rate(),
  source: () => m.sales_fact_source(),
  confirmations_safe: () => m.sales_fact_confirmations_safe(),
  address: () => m.sales_fact_address(),
  reason: () => m.sales_fact_reason(),
  value: () => m.sales_fact_value(),
  receipt: () => m.sales_fact_receipt(),
  reference: () => m.sales_fact_reference(),
  servers: () => m.sales_fact_servers(),
  confirmations: () => m.sales_fact_confirmations(),
  height: () => m.sales_fact_block(),
  invoice: () => m.sales_fact_sale(),
  customer: () => m.sales_fact_customer(),
};

const VALUES: Record<string, () => string> = {
  unconfirmed: () => m.sales_value_unconfirmed(),
  confirmed: () => m.sales_value_confirmed(),
  withdrawn: () => m.sales_value_withdrawn(),
  replaced: () => m.sales_value_replaced(),
  dropped: () => m.sales_value_dropped(),
  fixed: () => m.sales_value_fixed(),
  pending: () => m.sales_value_pending(),
  in_transit: () => m.sales_value_in_transit(),
  paid: () => m.sales_value_paid(),
  failed: () => m.sales_value_failed(),
  cancelled: () => m.sales_value_cancelled(),
  already_paid: () => m.strays_reason_already_paid(),
  sale_cancelled: () => m.strays_reason_sale_cancelled(),
  sale_voided: () => m.strays_reason_sale_voided(),
  unknown_address: () => m.strays_reason_unknown_address(),
  other_coin: () => m.strays_reason_other_coin(),
  unlisted_token: () => m.strays_reason_unlisted_token(),
  unbookable: () => m.strays_reason_unbookable(),
};

const AMOUNT = /^(-?\d+(?:\.\d+)?)(?: ([^ /]{2,26}))?(\/[A-Z]{3,5})?$/;
const REFERENCE_CHARS_MIN = 26;

export function factLine({ name, value }: FactDto, language: string): string {
  const word = NAMES[name];
  const shown = valueWord(name, value, language);
  return word === undefined || VALUES[value] !== undefined ? shown : `${word()} ${shown}`;
}

function valueWord(name: string, value: string, language: string): string {
  const translated = VALUES[value];
  if (translated !== undefined) return translated();
  if (name === 'sale') return value.padStart(4, '0');
  if (name === 'receipt') return value.padStart(6, '0');
  if (name === 'height') return value;
  const amount = AMOUNT.exec(value);
  if (amount !== null) return amountWord(amount, language);
  return value.length >= REFERENCE_CHARS_MIN && !value.includes(' ') ? short(value, 8) : value;
}

function amountWord([, digits = '', currency, per = '']: RegExpExecArray, language: string): string {
  return `${decimalText(digits, language)}${currency === undefined ? '' : ` ${coinName(currency)}`}${per}`;
}
