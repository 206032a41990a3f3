/** Codes of the journal in the reader's words. A code newer than this screen still reads as a sentence, never raw. */
import { coinOfMethod } from '$lib/money';
import { m } from '$words';

const EVENTS: Record<string, () => string> = {
  opened: () => m.sales_event_opened(),
  cash_taken: () => m.sales_event_cash_taken(),
  payment_started: () => m.sales_event_payment_started(),
  offered: () => m.sales_event_offered(),
  offer_failed: () => m.sales_event_offer_failed(),
  transfer_observed: () => m.sales_event_transfer_observed(),
  quote_ended: () => m.sales_event_quote_ended(),
  payment_cancelled: () => m.sales_event_payment_cancelled(),
  cancelled: () => m.sales_event_cancelled(),
  voided: () => m.sales_event_voided(),
  stray_adopted: () => m.sales_event_stray_adopted(),
  receipt_issued: () => m.sales_event_receipt_issued(),
  receipt_printed: () => m.sales_event_receipt_printed(),
  card_started: () => m.sales_event_card_started(),
  card_read: () => m.sales_event_card_read(),
  card_doubted: () => m.sales_event_card_doubted(),
  card_never_arrived: () => m.sales_event_card_never_arrived(),
  card_failed: () => m.sales_event_card_failed(),
  card_wished: () => m.sales_event_card_wished(),
  refund_asked: () => m.sales_event_refund_asked(),
  refund_at_reader: () => m.sales_event_refund_at_reader(),
  refund_called_off: () => m.sales_event_refund_called_off(),
  refund_doubted: () => m.sales_event_refund_doubted(),
  refund_never_arrived: () => m.sales_event_refund_never_arrived(),
  refund_refused: () => m.sales_event_refund_refused(),
  payout_read: () => m.sales_event_payout_read(),
  found: () => m.sales_event_stray_found(),
  observed: () => m.sales_event_stray_observed(),
  assigned: () => m.sales_event_stray_assigned(),
  credited: () => m.sales_event_stray_credited(),
};

const SOURCES: Record<string, () => string> = {
  till: () => m.sales_source_till(),
  'rail-practice': () => m.sales_source_practice(),
  'rail-bitcoin': () => m.sales_source_bitcoin(),
  'rail-evm': () => m.sales_source_evm(),
  'rail-stripe': () => m.sales_source_stripe(),
  clock: () => m.sales_source_clock(),
  cli: () => m.sales_source_cli(),
};

const METHODS: Record<string, () => string> = {
  cash: () => m.sales_cash(),
  bitcoin: () => m.sales_bitcoin(),
  card: () => m.sales_card(),
};

export function eventWord(kind: string): string {
  return (EVENTS[kind] ?? m.sales_event_other)();
}

export function sourceWord(source: string): string {
  return (SOURCES[source] ?? m.sales_source_other)();
}

export function methodWord(method: string): string {
  return coinOfMethod(method) ?? (METHODS[method] ?? m.sales_other_method)();
}
