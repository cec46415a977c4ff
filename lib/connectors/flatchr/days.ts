/** Days. Flatchr's filters take MM/DD/YY, its rows have DD/MM/YY; Relay writes YYYY-MM-DD, which can be compared as text. */

/** YYYY-MM-DD, when there is such a day. */
export function toDay(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
): string | undefined {
  const text = `${year}-${month}-${day}`;
  const date = new Date(`${text}T00:00:00Z`);
  // February 30th is March 1st to a Date.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? text : undefined;
}

/** The day of a row: DD/MM/YY, or ISO 8601 as everywhere else in Flatchr's answers. */
export function dayOfRow(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const [, day, month, year] = /^(\d\d)\/(\d\d)\/(\d\d)$/.exec(value.trim()) ?? [];
  if (day !== undefined) return toDay(`20${year}`, month, day);
  const [, isoYear, isoMonth, isoDay] = /^(\d{4})-(\d\d)-(\d\d)/.exec(value.trim()) ?? [];
  return toDay(isoYear, isoMonth, isoDay);
}

/** YYYY-MM-DD → MM/DD/YY. */
export function toFilterDate(day: string): string {
  const [year = "", month, dayOfMonth] = day.split("-");
  return `${month}/${dayOfMonth}/${year.slice(2)}`;
}
