/** How rates and short times are printed. */

/** `0.4`, `12`, `1,234`: one decimal while it says something. */
export function rateText(perSecond: number, language: string): string {
  const digits = perSecond < 10 ? 1 : 0;
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(perSecond);
}

/** `850 µs`, `1.3 ms`, `240 ms`, `1.2 s`. */
export function tookText(microseconds: number, language: string): string {
  if (microseconds < 1_000) return `${microseconds} µs`;
  const [value, unit] = microseconds < 1_000_000 ? [microseconds / 1_000, 'ms'] : [microseconds / 1_000_000, 's'];
  const digits = value < 10 ? 1 : 0;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)} ${unit}`;
}
