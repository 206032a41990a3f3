/** What a rate rests on, and what was made of each source's answer, in words. */
import type { RateAnswerDto, RateDto, RateVerdictDto } from '$lib/backend';
import { m } from '$words';

/** `Middle of 3 sources`; a basis that these screens don't know is named as it is. */
export function basisWord({ source, answers }: Pick<RateDto, 'source' | 'answers'>): string {
  switch (source) {
    case 'fixed':
      return m.payment_rate_fixed();
    case 'market':
      return m.payment_rate_market({ count: answers.filter(({ verdict }) => verdict === 'agreed').length });
    case 'last_good':
      return m.payment_rate_last_good();
    case 'par':
      return m.payment_rate_par();
    default:
      return source;
  }
}

const VERDICTS: Record<RateVerdictDto, () => string> = {
  agreed: () => m.payment_rate_agreed(),
  outlier: () => m.payment_rate_outlier(),
  stale: () => m.payment_rate_stale(),
  missing: () => m.payment_rate_missing(),
};

/** `counts`, or `through USD` when the source told the price in another currency. */
export function verdictWord({ verdict, through }: Pick<RateAnswerDto, 'verdict' | 'through'>): string {
  if (verdict === 'agreed' && through !== '') return m.payment_rate_through({ currency: through });
  return VERDICTS[verdict]();
}
