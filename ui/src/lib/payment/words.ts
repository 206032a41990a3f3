/** What the clerk reads beside the state and the light: the rule that was followed, and what to do now. */
import type { PaymentDto, SaleDto } from '$lib/backend';
import { Money } from '$lib/money';
import { m } from '$words';

/** Something came, and something is still missing. */
export function isPartly(sale: SaleDto): boolean {
  return sale.remaining.minor !== '0' && sale.remaining.minor !== sale.due.minor;
}

/** What follows the state's word: `0/1`, `6.10 EUR remaining`. */
export function stateDetail(sale: SaleDto, payment: PaymentDto | null, language: string): string {
  if (sale.state === 'confirming' && payment !== null) {
    return progressText(payment);
  }
  if (isPartly(sale)) return `· ${m.payment_remaining({ amount: spoken(sale.remaining, language) })}`;
  return '';
}

/** What the clerk does now. */
export function clerkText(sale: SaleDto, payment: PaymentDto | null, language: string): string {
  const texts: Record<SaleDto['state'], () => string> = {
    preparing: () => m.payment_clerk_preparing(),
    waiting: () => m.payment_clerk_waiting(),
    detected: () => m.payment_clerk_detected(),
    confirming: () => m.payment_clerk_confirming(),
    paid: () => m.payment_clerk_paid(),
    partial: () => m.payment_clerk_partial(),
    overpaid: () => m.payment_clerk_overpaid({ amount: spoken(sale.excess, language) }),
    late: () => m.payment_clerk_late(),
    expired: () => m.payment_clerk_expired(),
    cancelled: () => m.payment_clerk_cancelled(),
    declined: () => m.payment_clerk_failed(),
    failed: () => payment?.problem || m.payment_clerk_failed(),
    unknown: () => m.payment_clerk_unknown(),
    reversed: () => m.payment_clerk_reversed(),
    voided: () => m.payment_clerk_voided(),
  };
  const onItsWay = sale.state === 'detected' || sale.state === 'confirming';
  return sale.over && onItsWay ? texts.overpaid() : texts[sale.state]();
}

/** The rule the hand-over light followed. */
export function lightText(sale: SaleDto, payment: PaymentDto | null, language: string): string {
  const rule = payment?.code?.policy_up_to ?? null;
  if (sale.hand_over === 'yes') {
    return rule === null ? m.payment_light_yes() : m.payment_light_yes_rule({ amount: spoken(rule, language) });
  }
  if (sale.state === 'unknown') return m.payment_light_unknown();
  if (sale.state === 'reversed') return m.payment_light_gone();
  if (isPartly(sale)) return m.payment_light_part({ amount: spoken(sale.remaining, language) });
  if (payment === null || payment.transfers.every(({ status }) => status === 'withdrawn')) {
    return nothingThere(sale, payment);
  }
  if (payment.code?.needs_second_server) return m.payment_light_second();
  if (sale.late) return m.payment_light_late();
  if (payment.safe_at.mark !== null) return m.payment_light_marked({ mark: payment.safe_at.mark });
  return m.payment_light_confirm({ done: payment.confirmations, all: Math.max(payment.safe_at.confirmations, 1) });
}

/** `1/3`; where the network's own word is waited for, only how far it is. */
function progressText({ confirmations, safe_at }: PaymentDto): string {
  return safe_at.mark === null ? `${confirmations}/${Math.max(safe_at.confirmations, 1)}` : `· ${confirmations}`;
}

function nothingThere(sale: SaleDto, payment: PaymentDto | null): string {
  if (payment !== null && payment.transfers.length > 0) return m.payment_light_withdrawn();
  return sale.hand_over === 'not_yet' ? m.payment_light_wait() : m.payment_light_ended();
}

function spoken(amount: SaleDto['due'], language: string): string {
  return Money.from(amount).spoken(language);
}
