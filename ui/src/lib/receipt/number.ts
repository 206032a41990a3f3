/** `000107`: a receipt's number as it is printed on the receipt. */
export function receiptNumber(number: number): string {
  return number.toString().padStart(6, '0');
}
