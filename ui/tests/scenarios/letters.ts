import type { DeadLetterDto, DeadLettersReply, DeadLettersRequest } from '../../src/lib/backend/bindings';
import type { Replies } from '../fixture-backend';
import { cardLetter, letter } from '../fixtures/letters';
import { liveStatus } from '../fixtures/status';
import { Fault } from '../../src/lib/backend/backend';

const page =
  (letters: DeadLetterDto[]) =>
  ({ after, limit }: DeadLettersRequest): DeadLettersReply => {
    const rest = letters.filter(({ number }) => number > after);
    return { rows: rest.slice(0, limit), more: rest.length > limit, open: letters.length };
  };

function lying(letters: DeadLetterDto[]): Replies {
  return {
    status: () => liveStatus({ dead_letters_open: letters.length, surface: 'window' }),
    dead_letters: page(letters),
    dead_letter_retry: ({ number }) =>
      number % 3 === 0
        ? { outcome: 'dead_letter', reason: 'no rate from USD to EUR: set one in Settings, Rates' }
        : { outcome: 'accepted', payment: `pay_019a1b2c3d4e7abc8def${number.toString().padStart(12, '0')}` },
  };
}

/** Some of each kind. */
export const some: Replies = lying(
  [
    letter(1),
    cardLetter(2),
    letter(3, { attempts: 12, instruction: { ...letter(3).instruction, payer: null } }),
  ].concat([4, 5, 6, 7, 8, 9].map(cardLetter)),
);

/** More than anybody wants to read. */
export const many: Replies = lying(Array.from({ length: 3_400 }, (_, at) => letter(at + 1)));

export const none: Replies = lying([]);

export const unreadable: Replies = {
  ...some,
  dead_letters: () => {
    throw new Fault('storage', 'the data file can’t be read: disk I/O error');
  },
};
