/** What is worth saying of a paid sale, beside that it is paid. */
import type { MoneyDto, PaymentDto, SaleDto } from '$lib/backend';
import { cardName } from '$lib/card/words';
import { Money } from '$lib/money';
import { m } from '$words';

/** The change to give back, when cash was taken and there is some. */
export function changeOf(sale: SaleDto): MoneyDto | null {
  const cash = sale.payments.at(-1)?.cash;
  return cash !== undefined && cash !== null && cash.change.minor !== '0' ? cash.change : null;
}

/** Short sentences, each about one thing. */
export function paidFacts(sale: SaleDto, language: string): string[] {
  const last = sale.payments.at(-1);
  const facts = last === undefined ? [] : factsOf(sale, last, language);
  if (sale.over) facts.push(m.paid_credit({ amount: spoken(sale.excess, language) }));
  if (sale.late) facts.push(m.paid_late());
  return facts;
}

function factsOf(sale: SaleDto, payment: PaymentDto, language: string): string[] {
  if (payment.cash !== null) return cashFacts(payment, language);
  return payment.card === null ? chainFacts(sale, payment) : [cardName(payment.card)];
}

function cashFacts({ cash }: PaymentDto, language: string): string[] {
  if (cash === null) return [];
  const given = m.paid_given({ given: spoken(cash.tendered, language), due: spoken(cash.to_pay, language) });
  const rounding = cash.rounding.minor === '0' ? [] : [m.paid_rounding({ amount: spoken(cash.rounding, language) })];
  return [given, ...rounding];
}

function chainFacts(sale: SaleDto, { final_at: { confirmations: count, mark } }: PaymentDto): string[] {
  if (sale.final) return [];
  if (mark !== null) return [m.paid_watching_marked({ mark })];
  return [count === 1 ? m.paid_watching_one() : m.paid_watching({ count })];
}

function spoken(amount: MoneyDto, language: string): string {
  return Money.from(amount).spoken(language);
}
