/** When something was, as short as it can be said: the time alone today, the day with it before. */
export function when(instant: string, now: string, language: string): string {
  const then = new Date(instant);
  const time = then.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit', hour12: false });
  if (then.toDateString() === new Date(now).toDateString()) return time;
  return `${day(then, now, language)}, ${time}`;
}

/** `21 Nov`, with the year when it is another one. */
function day(then: Date, now: string, language: string): string {
  const isThisYear = then.getFullYear() === new Date(now).getFullYear();
  return then.toLocaleDateString(language, {
    day: 'numeric',
    month: 'short',
    ...(isThisYear ? {} : { year: 'numeric' }),
  });
}
