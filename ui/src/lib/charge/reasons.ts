/** Why a way to pay is off, and what to do about it. */
import type { TenderDto, TenderReasonDto } from '$lib/backend';
import { m } from '$words';

export interface Reason {
  title: string;
  advice: string;
}

const REASONS: Record<TenderReasonDto, () => Reason> = {
  not_set_up: () => ({ title: m.charge_off_not_set_up(), advice: m.charge_off_not_set_up_advice() }),
  switched_off: () => ({ title: m.charge_off_switched_off(), advice: m.charge_off_switched_off_advice() }),
  no_rate: () => ({ title: m.charge_off_no_rate(), advice: m.charge_off_no_rate_advice() }),
  no_server: () => ({ title: m.charge_off_no_server(), advice: m.charge_off_no_server_advice() }),
  no_reader: () => ({ title: m.charge_off_no_reader(), advice: m.charge_off_no_reader_advice() }),
  amount_out_of_range: () => ({
    title: m.charge_off_amount_out_of_range(),
    advice: m.charge_off_amount_out_of_range_advice(),
  }),
};

export function reasonOf({ method, reason }: Pick<TenderDto, 'method' | 'reason'>): Reason {
  // What goes wrong with cards is known by another name: nothing is kept to be charged later.
  if (reason === 'no_server' && method.startsWith('card_')) {
    return { title: m.charge_off_no_cards(), advice: m.charge_off_no_cards_advice() };
  }
  return REASONS[reason ?? 'switched_off']();
}
