/** Long references (hashes, addresses, transaction ids) cut in the middle: both ends are what people compare. */
export function short(reference: string, ends = 6): string {
  return reference.length <= ends * 2 + 1 ? reference : `${reference.slice(0, ends)}…${reference.slice(-ends)}`;
}
