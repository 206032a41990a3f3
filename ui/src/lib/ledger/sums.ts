/** What the postings of an entry add up to, per currency: shown under them, so that anybody can see the zero. */
import type { PostingDto } from '$lib/backend';
import { Money } from '$lib/money';

export interface CurrencySide {
  currency: string;
  postings: { account: string; amount: Money }[];
  sum: Money;
}

/** Groups postings by currency in the order they were made, with the sum of each group. */
export function sidesOf(postings: PostingDto[]): CurrencySide[] {
  const sides = new Map<string, CurrencySide>();
  for (const { account, amount: dto } of postings) {
    const amount = Money.from(dto);
    const side = sides.get(amount.currency);
    if (side === undefined) {
      sides.set(amount.currency, { currency: amount.currency, postings: [{ account, amount }], sum: amount });
    } else {
      side.postings.push({ account, amount });
      side.sum = side.sum.plus(amount);
    }
  }
  return [...sides.values()];
}
