/** What the clerk reads of a card payment: where it is, what to do now, and the card it was. */
import type { CardDto, CardStepDto, SaleDto } from '$lib/backend';
import type { TimelineStep } from '$lib/design/Timeline.svelte';
import { STATES } from '$lib/design/states';
import { clockSeconds } from '$lib/shell/time';
import { m } from '$words';
import type { CardPayment } from './payments';

/** `Visa •• 4242`, with the wallet it came from; `Card` while nothing is known. */
export function cardName({ brand, last4, wallet }: Pick<CardDto, 'brand' | 'last4'> & { wallet?: string }): string {
  const digits = last4 === '' ? '' : ` •• ${last4}`;
  const name = brand === '' ? m.card_card() : `${BRANDS[brand] ?? brand}${digits}`;
  const from = WALLETS[wallet ?? ''];
  return from === undefined ? name : `${name} (${from})`;
}

/** Names as they stand on cards and on Stripe's page. One this screen is too old to know goes by its code. */
const BRANDS: Record<string, string> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  diners: 'Diners Club',
  discover: 'Discover',
  jcb: 'JCB',
  unionpay: 'UnionPay',
  interac: 'Interac',
  eftpos_au: 'eftpos',
  sepa_debit: 'SEPA',
  ideal: 'iDEAL',
  bancontact: 'Bancontact',
  klarna: 'Klarna',
};

const WALLETS: Record<string, string> = { apple_pay: 'Apple Pay', google_pay: 'Google Pay', link: 'Link' };

/** What the clerk does now. */
export function clerkText(sale: SaleDto, payment: CardPayment): string {
  const { card, problem } = payment;
  if (sale.state === 'reversed') return m.payment_clerk_reversed();
  if (card.cancelling) return m.card_clerk_cancelling();
  if (card.capturing) return m.card_clerk_capturing();
  const isReader = card.way === 'reader';
  const texts: Record<CardStepDto, () => string> = {
    sending: () => (isReader ? m.card_clerk_sending_reader() : m.card_clerk_sending_phone()),
    customer: () =>
      isReader ? (isSilent(card) ? m.card_clerk_silent() : m.card_clerk_present()) : m.card_clerk_scan(),
    bank: () => m.card_clerk_bank(),
    held: () => m.card_clerk_held(),
    taken: () => m.payment_clerk_paid(),
    over: () => (problem === '' ? m.payment_clerk_failed() : m.card_clerk_over({ reason: problem })),
    unknown: () => m.card_clerk_unknown(),
  };
  return texts[stepOf(card)]();
}

/** Why the goods may go, or not yet. */
export function lightText(sale: SaleDto, { card }: CardPayment): string {
  if (sale.state === 'reversed') return m.payment_light_gone();
  const texts: Record<CardStepDto, () => string> = {
    sending: () => m.card_light_wait(),
    customer: () => m.card_light_wait(),
    bank: () => m.card_light_bank(),
    held: () => m.card_light_held(),
    taken: () => m.card_light_taken(),
    over: () => m.card_light_over(),
    unknown: () => m.payment_light_unknown(),
  };
  return texts[stepOf(card)]();
}

/** The large word on the panel beside the amount. */
export function stepWord({ card, state }: CardPayment): string {
  const texts: Record<CardStepDto, () => string> = {
    sending: () => m.card_step_sending(),
    customer: () => (isSilent(card) ? m.card_step_silent() : customersStep(card)),
    bank: () => m.card_step_bank(),
    held: () => m.card_step_held(),
    taken: () => m.card_step_taken(),
    over: () => STATES[state].word(),
    unknown: () => m.card_step_unknown(),
  };
  return texts[stepOf(card)]();
}

const ORDER: CardStepDto[] = ['sending', 'customer', 'bank', 'held', 'taken'];

/** Preparing, the customer's turn, the bank's, and the end: done, now, and to come. */
export function cardSteps(payment: CardPayment, language: string): TimelineStep[] {
  const { card } = payment;
  const titles: Partial<Record<CardStepDto, string>> = {
    sending: m.card_step_sending(),
    customer: customersStep(card),
    bank: m.card_step_bank(),
    held: m.card_step_held(),
    taken: m.card_step_taken(),
  };
  const steps = ORDER.filter((step) => step !== 'held' || card.captures_later);
  const at = stepOf(card);
  const now = steps.indexOf(at === 'over' || at === 'unknown' ? 'bank' : at);
  return steps.map((step, place) => ({
    key: step,
    title: place === now ? stepWord(payment) : (titles[step] ?? ''),
    when: place === 0 ? clockSeconds(payment.started_at, language) : place === now ? m.payment_now() : '',
    phase: phaseOf(at, place, now),
  }));
}

function phaseOf(step: CardStepDto, at: number, now: number): TimelineStep['phase'] {
  if (at !== now) return at < now ? 'done' : 'next';
  if (step === 'over') return 'wrong';
  return step === 'taken' ? 'done' : 'now';
}

/** Where it is, as the reader tells it before the processor does. */
export function stepOf({ step, reader_step: reader }: CardDto): CardStepDto {
  return step === 'customer' && reader === 'asks_bank' ? 'bank' : step;
}

/** The reader was asked for a card and does not answer. */
function isSilent({ step, reader_step: reader }: CardDto): boolean {
  return step === 'customer' && reader === 'silent';
}

function customersStep({ way }: CardDto): string {
  return way === 'reader' ? m.card_step_present() : m.card_step_phone();
}
