/** A time as clocks in some time zone show it. */
export interface LocalTime {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  hour: number;
  minute: number;
}

/** What the clocks of this time zone show at an instant. */
export function toLocalTime(instant: number, timeZone: string): LocalTime {
  const parts = formatterOf(timeZone).formatToParts(instant);
  const part = (type: string) => Number(parts.find((candidate) => candidate.type === type)?.value);
  return {
    year: part("year"),
    month: part("month"),
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
  };
}

/**
 * The instant at which clocks show this time, the first of two when they are set back, and undefined when it does not
 * come because they are set forward. In milliseconds since 1970.
 */
export function localTimeToInstant(time: LocalTime, timeZone: string): number | undefined {
  const asUtc = (local: LocalTime) =>
    Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute);
  const wanted = asUtc(time);
  // The offset changes at most once within a day, so one of the offsets a day before and after is the right one.
  for (const reference of [wanted - 86_400_000, wanted + 86_400_000]) {
    const wholeMinutes = Math.floor(reference / 60_000) * 60_000;
    const offset = asUtc(toLocalTime(wholeMinutes, timeZone)) - wholeMinutes;
    const candidate = wanted - offset;
    if (asUtc(toLocalTime(candidate, timeZone)) === wanted) return candidate;
  }
  return undefined;
}

/** Making one takes longer than using it a thousand times. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known) return known;
  const formatter = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  formatters.set(timeZone, formatter);
  return formatter;
}
