/** Why money is stray, and how far its transfer is, in the reader's words. */
import type { StrayReasonDto, TransferDto } from '$lib/backend';
import { m } from '$words';

const REASONS: Record<StrayReasonDto, () => string> = {
  already_paid: () => m.strays_reason_already_paid(),
  sale_cancelled: () => m.strays_reason_sale_cancelled(),
  sale_voided: () => m.strays_reason_sale_voided(),
  unknown_address: () => m.strays_reason_unknown_address(),
  other_coin: () => m.strays_reason_other_coin(),
  unlisted_token: () => m.strays_reason_unlisted_token(),
  unbookable: () => m.strays_reason_unbookable(),
};

export function reasonWord(reason: StrayReasonDto): string {
  return REASONS[reason]();
}

export function standingWord(transfer: TransferDto): string {
  if (transfer.status === 'withdrawn') return m.strays_withdrawn();
  if (transfer.status === 'unconfirmed') return m.strays_unconfirmed();
  return m.strays_confirmed({ count: transfer.confirmations });
}
