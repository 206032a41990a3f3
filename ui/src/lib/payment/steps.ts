/** What happened to a payment and what is still to come, as steps of the timeline. */
import type { DepthDto, PaymentDto, TransferDto } from '$lib/backend';
import type { TimelineStep } from '$lib/design/Timeline.svelte';
import { Money } from '$lib/money';
import { clockSeconds } from '$lib/shell/time';
import { m } from '$words';

export function paymentSteps(payment: PaymentDto, language: string): TimelineStep[] {
  const present = payment.transfers.filter(({ status }) => status !== 'withdrawn');
  return [
    shown(payment, language),
    ...payment.transfers.map((transfer) => seen(transfer, language)),
    ...(present.length === 0 ? [awaited()] : []),
    ...(present.length > 0 && needsConfirming(payment) ? [confirmed(payment)] : []),
    safe(payment, present),
    final(payment, present),
  ];
}

function shown(payment: PaymentDto, language: string): TimelineStep {
  const count = Math.round((payment.code?.life_ms ?? 0) / 60_000);
  return {
    key: 'shown',
    title: m.payment_step_shown(),
    detail: m.payment_step_shown_detail({ count }),
    when: clockSeconds(payment.started_at, language),
    phase: 'done',
  };
}

function seen(transfer: TransferDto, language: string): TimelineStep {
  const amount = Money.from(transfer.amount).spoken(language);
  const gone = transfer.status === 'withdrawn';
  return {
    key: transfer.reference,
    title: gone ? m.payment_step_gone({ amount }) : m.payment_step_seen({ amount }),
    detail: shortReference(transfer.reference),
    mono: true,
    when: clockSeconds(transfer.seen_at, language),
    phase: gone ? 'wrong' : 'done',
  };
}

function awaited(): TimelineStep {
  return { key: 'awaited', title: m.payment_step_wait(), when: m.payment_now(), phase: 'now' };
}

function needsConfirming({ safe_at }: PaymentDto): boolean {
  return safe_at.confirmations > 0 && safe_at.mark === null;
}

function confirmed({ confirmations, safe_at: { confirmations: all } }: PaymentDto): TimelineStep {
  const done = confirmations >= all;
  return {
    key: 'confirmed',
    title: m.payment_step_confirmed({ count: Math.min(confirmations, all), all }),
    when: done ? '' : m.payment_now(),
    phase: done ? 'done' : 'now',
  };
}

function safe(payment: PaymentDto, present: TransferDto[]): TimelineStep {
  const done = present.length > 0 && present.every((transfer) => transfer.safe);
  return {
    key: 'safe',
    title: m.payment_step_safe(),
    detail: safeAfter(payment.safe_at),
    when: done ? '' : m.payment_later(),
    phase: done ? 'done' : 'next',
  };
}

function final(payment: PaymentDto, present: TransferDto[]): TimelineStep {
  const done = present.length > 0 && present.every((transfer) => transfer.final);
  return {
    key: 'final',
    title: m.payment_step_final(),
    detail: finalAfter(payment.final_at),
    when: done ? '' : m.payment_later(),
    phase: done ? 'done' : 'next',
  };
}

function safeAfter({ confirmations: count, mark }: DepthDto): string {
  if (mark !== null) return m.payment_step_safe_marked({ mark });
  const rule = [m.payment_step_safe_at_once, m.payment_step_safe_after_one][count];
  return rule === undefined ? m.payment_step_safe_after({ count }) : rule();
}

function finalAfter({ confirmations: count, mark }: DepthDto): string {
  if (mark !== null) return m.payment_step_final_marked({ mark });
  return count === 1 ? m.payment_step_final_after_one() : m.payment_step_final_after({ count });
}

/** `9f3c41…77e1`: enough of a transaction id to compare by eye. A reference names the chain before it, where there are many. */
function shortReference(reference: string): string {
  const id = reference.split(':').find((part) => part.length > 16) ?? reference;
  return id.length <= 16 ? id : `${id.slice(0, 8)}…${id.slice(-6)}`;
}
