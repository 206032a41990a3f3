/** Accounts and kinds of entries in the reader's words. */
import { m } from '$words';
import type { AccountKind } from './books.svelte';

const ACCOUNTS: Record<string, () => string> = {
  'cash-drawer': () => m.ledger_cash_drawer(),
  'bitcoin-wallet': () => m.ledger_bitcoin_wallet(),
  'bitcoin-pending': () => m.ledger_bitcoin_pending(),
  'evm-wallet': () => m.ledger_evm_wallet(),
  'evm-pending': () => m.ledger_evm_pending(),
  'evm-vault': () => m.ledger_evm_vault(),
  'card-clearing': () => m.ledger_card_clearing(),
  'card-pending': () => m.ledger_card_pending(),
  'payer-tabs': () => m.ledger_payer_tabs(),
  bank: () => m.ledger_bank(),
  unconverted: () => m.ledger_unconverted(),
  'pending-receipts': () => m.ledger_pending_receipts(),
  'invoice-clearing': () => m.ledger_invoice_clearing(),
  conversion: () => m.ledger_conversion(),
  'tax-payable': () => m.ledger_tax_payable(),
  'customer-credit': () => m.ledger_customer_credit(),
  'stray-payments': () => m.ledger_stray_payments(),
  tips: () => m.ledger_tips(),
  sales: () => m.ledger_sales(),
  'sales-returns': () => m.ledger_sales_returns(),
  fees: () => m.ledger_fees(),
  'exchange-difference': () => m.ledger_exchange_difference(),
  rounding: () => m.ledger_rounding(),
  'short-payments': () => m.ledger_short_payments(),
  disputes: () => m.ledger_disputes(),
};

const KINDS: Record<AccountKind, () => string> = {
  asset: () => m.ledger_kind_asset(),
  liability: () => m.ledger_kind_liability(),
  income: () => m.ledger_kind_income(),
  expense: () => m.ledger_kind_expense(),
  clearing: () => m.ledger_kind_clearing(),
};

const ENTRIES: Record<string, () => string> = {
  cash_received: () => m.ledger_kind_cash_received(),
  parcel_taken: () => m.ledger_kind_parcel_taken(),
  tab_settled: () => m.ledger_kind_tab_settled(),
  transfer_pending: () => m.ledger_kind_transfer_pending(),
  transfer_settled: () => m.ledger_kind_transfer_settled(),
  sale: () => m.ledger_kind_sale(),
  credit: () => m.ledger_kind_credit(),
  stray_settled: () => m.ledger_kind_stray_settled(),
  stray_credited: () => m.ledger_kind_stray_credited(),
  stray_assigned: () => m.ledger_kind_stray_assigned(),
  card_pending: () => m.ledger_kind_card_pending(),
  card_captured: () => m.ledger_kind_card_captured(),
  card_fee: () => m.ledger_kind_card_fee(),
  sale_returned: () => m.ledger_kind_sale_returned(),
  card_refunded: () => m.ledger_kind_card_refunded(),
  card_disputed: () => m.ledger_kind_card_disputed(),
  paid_out: () => m.ledger_kind_paid_out(),
  swept: () => m.ledger_kind_swept(),
  network_fee: () => m.ledger_kind_network_fee(),
  reversal: () => m.ledger_kind_reversal(),
};

export function accountWord(name: string): string {
  return (ACCOUNTS[name] ?? m.ledger_other_account)();
}

export function kindWord(kind: AccountKind): string {
  return KINDS[kind]();
}

export function entryWord(kind: string): string {
  return (ENTRIES[kind] ?? m.ledger_kind_other)();
}
