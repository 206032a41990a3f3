/**
 * Finds card numbers in text, so that none gets in: the same rule as `crates/card-numbers` has, judged by the same
 * examples. There it is told why; here it stands so that a field refuses before anything is sent.
 */

/** First digits and lengths of the numbers that card networks give out (ISO/IEC 7812). */
const NETWORKS = {
  visa: /^4(?:\d{12}|\d{15}|\d{17,18})$/,
  mastercard: /^(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}$/,
  americanExpress: /^3[47]\d{13}$/,
  discoverAndRuPay: /^(?:60\d|64[4-9]|65\d)\d{13,16}$/,
  dinersClub: /^(?:30[0-5]\d|3095|36\d\d|3[89]\d\d)\d{10,15}$/,
  jcb: /^35(?:2[89]|[3-8]\d)\d{12,15}$/,
  unionPay: /^(?:62|81)\d{14,17}$/,
  maestro: /^(?:50|5[6-9]|61|63|6[6-9])\d{10,17}$/,
};

const DIGITS_MIN = 12;
const DIGITS_MAX = 19;
/** A group in the middle of a number has as many digits, unless one rule goes through the whole run. */
const GROUP_DIGITS_MIN = 3;
/** Digits of a telephone number with its country code at most (E.164). */
const TELEPHONE_DIGITS_MAX = 15;

const BLANK = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/;
const HYPHEN = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/;
const DOT = /[\u00b7\u2022\u2024\uff0e]/;
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

/** Digits with one blank, hyphen or dot between two of them. */
const RUN = /\d(?:[ .-]?\d){11,}/g;

/** Does a card number stand anywhere in the text? */
export function holdsCardNumber(text: string): boolean {
  const plain = [...text].map(spelledPlainly).join('');
  return [...plain.matchAll(RUN)].some((run) => !isTelephoneNumber(plain, run) && runHolds(plain, run));
}

/** The character as ASCII where it is a digit of any script or stands between digits; nothing where nobody sees it. */
function spelledPlainly(c: string): string {
  if (c <= '\u007f') return c;
  if (INVISIBLE.test(c)) return '';
  if (BLANK.test(c)) return ' ';
  if (HYPHEN.test(c)) return '-';
  if (DOT.test(c)) return '.';
  return /\p{Nd}/u.test(c) ? digitOf(c) : c;
}

/** The digits of a script follow its zero. The mathematical ones are five scripts without a gap. */
function digitOf(c: string): string {
  const MATHEMATICAL = 0x1d7ce;
  const code = c.codePointAt(0) ?? 0;
  if (code >= MATHEMATICAL && code < MATHEMATICAL + 50) return String((code - MATHEMATICAL) % 10);
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
  return String(value);
}

function isTelephoneNumber(plain: string, run: RegExpExecArray): boolean {
  return plain[run.index - 1] === '+' && run[0].replace(/\D/g, '').length <= TELEPHONE_DIGITS_MAX;
}

function runHolds(plain: string, run: RegExpExecArray): boolean {
  const groups = [...run[0].matchAll(/\d+/g)].map((group) => ({ digits: group[0], at: run.index + group.index }));
  return groups.some((first, from) => {
    let digits = '';
    for (const [to, last] of groups.entries()) {
      if (to < from) continue;
      digits += last.digits;
      if (digits.length > DIGITS_MAX) return false;
      if (digits.length < DIGITS_MIN) continue;
      const end = last.at + last.digits.length;
      const isAll = plain.slice(first.at, end) === run[0];
      if (!isOneNumber(plain.slice(first.at, end), isAll) || !isCardNumber(digits)) continue;
      if (!isBystander(plain, first.at, end)) return true;
    }
    return false;
  });
}

/** Would somebody write one number in these groups? */
function isOneNumber(written: string, isAll: boolean): boolean {
  const joints = new Set(written.replace(/\d/g, ''));
  const beforeLast = written.split(/\D/).slice(0, -1);
  return (isAll && joints.size <= 1) || beforeLast.every((group) => group.length >= GROUP_DIGITS_MIN);
}

function isCardNumber(digits: string): boolean {
  return Object.values(NETWORKS).some((network) => network.test(digits)) && hasLuhnDigit(digits);
}

function hasLuhnDigit(digits: string): boolean {
  const counted = [...digits].reverse().map((digit, place) => {
    const value = parseInt(digit, 10) * (place % 2 === 0 ? 1 : 2);
    return value > 9 ? value - 9 : value;
  });
  return counted.reduce((sum, value) => sum + value, 0) % 10 === 0;
}

/** Are these digits a piece of something longer that is known? */
function isBystander(plain: string, start: number, end: number): boolean {
  return isInHexadecimal(plain, start, end) || isInUuid(plain, start, end) || isInIban(plain, start, end);
}

/** An id or a hash, unless it is track 2 as chips say it: a `D`, then the expiry, what the card is for, and so on. */
function isInHexadecimal(plain: string, start: number, end: number): boolean {
  const before = /[0-9A-Za-z]*$/.exec(plain.slice(0, start))?.[0] ?? '';
  const behind = /^[0-9A-Za-z]*/.exec(plain.slice(end))?.[0] ?? '';
  const around = before + behind;
  const isTrack2 = before === '' && /^d\d{7,}f?$/i.test(behind);
  return /^[0-9A-Fa-f]*\d[0-9A-Fa-f]*$/.test(around) && !isTrack2;
}

function isInUuid(plain: string, start: number, end: number): boolean {
  const uuids = plain.matchAll(/(?=([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}))/g);
  return [...uuids].some(({ index }) => index <= start && end <= index + 36);
}

function isInIban(plain: string, start: number, end: number): boolean {
  const begun = [...plain.matchAll(/(?<![0-9A-Za-z])[A-Z]{2}\d{2}/g)].filter(({ index }) => index < start);
  return begun.some(({ index }) => {
    const printed = /^(?:[0-9A-Za-z]| (?=[0-9A-Za-z]))*/.exec(plain.slice(index, index + 42))?.[0] ?? '';
    const ends = [...printed.matchAll(/[0-9A-Za-z](?![0-9A-Za-z])/g)].map((last) => last.index + 1);
    return ends.some((length) => index + length >= end && hasIbanCheck(printed.slice(0, length)));
  });
}

/** ISO 13616: the country and check digits behind the account, letters as numbers, leave 1 of 97. */
function hasIbanCheck(printed: string): boolean {
  const chars = printed.replaceAll(' ', '');
  const rest = [...chars.slice(4), ...chars.slice(0, 4)].reduce((rest, c) => {
    const value = parseInt(c, 36);
    return (rest * (value < 10 ? 10 : 100) + value) % 97;
  }, 0);
  return chars.length >= 15 && chars.length <= 34 && rest === 1;
}
