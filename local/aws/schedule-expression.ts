import { localTimeToInstant, toLocalTime } from "./time-zone.ts";

/** When a schedule runs next. */
export interface ScheduleExpression {
  /** The first time after the given one, in milliseconds since 1970; undefined when there is none any more. */
  next(after: number): number | undefined;
}

const UNITS_IN_MINUTES: Record<string, number> = { minute: 1, hour: 60, day: 1440 };

/**
 * Understands EventBridge Scheduler's `rate(…)`, `cron(…)` and `at(…)`; in cron neither `W` nor `L` with anything else.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 * @throws Error that says what is wrong with the expression.
 */
export function parseScheduleExpression(expression: string, timeZone = "UTC"): ScheduleExpression {
  const [, kind, content = ""] = /^(rate|cron|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === "rate") return parseRate(expression, content);
  if (kind === "cron") return parseCron(expression, content.trim(), timeZone);
  if (kind === "at") return parseAt(expression, content.trim(), timeZone);
  throw new Error(`The schedule "${expression}" is none of rate(…), cron(…) and at(…)`);
}

function parseRate(expression: string, content: string): ScheduleExpression {
  const [, value, unit = ""] = /^\s*(\d+)\s+(minute|hour|day)s?\s*$/.exec(content) ?? [];
  const intervalInMs = Number(value) * (UNITS_IN_MINUTES[unit] ?? Number.NaN) * 60_000;
  if (!(intervalInMs > 0)) throw new Error(`The schedule "${expression}" must be like rate(5 minutes)`);
  return { next: (after) => after + intervalInMs };
}

function parseAt(expression: string, content: string, timeZone: string): ScheduleExpression {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/.exec(content)?.slice(1).map(Number);
  if (!parts) throw new Error(`The schedule "${expression}" must be like at(2030-01-31T08:00:00)`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const instant = localTimeToInstant({ year, month, day, hour, minute }, timeZone);
  const time = instant === undefined ? undefined : instant + second * 1000;
  return { next: (after) => (time !== undefined && time > after ? time : undefined) };
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
/** A date that does not come within so many days, such as 30 February, never comes. 29 February may take eight years. */
const SEARCH_IN_DAYS = 9 * 366;

function parseCron(expression: string, content: string, timeZone: string): ScheduleExpression {
  const fields = content.split(/\s+/);
  if (fields.length !== 6) {
    throw new Error(
      `The schedule "${expression}" must have six fields: minutes hours day-of-month month day-of-week year`,
    );
  }
  const field = (
    index: number,
    first: number,
    last: number,
    names: string[] = [],
    nameOffset = 0,
  ): Set<number> => {
    const allowed = parseField(fields[index] ?? "", first, last, names, nameOffset);
    if (allowed) return allowed;
    throw new Error(`The schedule "${expression}": "${fields[index]}" is not understood or out of range`);
  };
  const [, , dayOfMonth = "*", , dayOfWeek = "?"] = fields;
  const minutes = [...field(0, 0, 59)].sort((a, b) => a - b);
  const hours = [...field(1, 0, 23)].sort((a, b) => a - b);
  const daysOfMonth = dayOfMonth === "L" ? "last" : field(2, 1, 31);
  const months = field(3, 1, 12, MONTHS, 1);
  const nthWeekday = /^(\w+)#([1-5])$/.exec(dayOfWeek);
  if (nthWeekday) fields[4] = nthWeekday[1] ?? "";
  const weekdays = field(4, 1, 7, WEEKDAYS, 1);
  const years = field(5, 1970, 2199);

  const isDay = (year: number, month: number, day: number): boolean => {
    const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
    const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
    const isDayOfMonth = daysOfMonth === "last" ? day === lastDay : daysOfMonth.has(day);
    const isNth = !nthWeekday || Math.ceil(day / 7) === Number(nthWeekday[2]);
    return years.has(year) && months.has(month) && isDayOfMonth && weekdays.has(weekday) && isNth;
  };

  return {
    next: (after) => {
      const start = toLocalTime(after, timeZone);
      for (let days = 0; days < SEARCH_IN_DAYS; days += 1) {
        const date = new Date(Date.UTC(start.year, start.month - 1, start.day + days));
        const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
        if (!isDay(year, month, day)) continue;
        for (const hour of hours) {
          for (const minute of minutes) {
            const instant = localTimeToInstant({ year, month, day, hour, minute }, timeZone);
            if (instant !== undefined && instant > after) return instant;
          }
        }
      }
      return undefined;
    },
  };
}

/** `*`, `?`, `5`, `1-5`, `0/15`, `MON-FRI`, and lists of these; undefined when it is none, or out of range. */
function parseField(
  field: string,
  first: number,
  last: number,
  names: string[],
  nameOffset: number,
): Set<number> | undefined {
  const allowed = new Set<number>();
  const toNumber = (text: string): number => {
    const index = names.indexOf(text.toUpperCase());
    return index === -1 ? Number(text) : index + nameOffset;
  };
  for (const item of field.split(",")) {
    const [range = "", step = "1"] = item.split("/");
    const [from = "", to = item.includes("/") ? String(last) : from] = range.split("-");
    const isEvery = range === "*" || range === "?";
    const begin = isEvery ? first : toNumber(from);
    const end = isEvery ? last : toNumber(to);
    const isValid = [begin, end, Number(step)].every(Number.isInteger) && Number(step) > 0;
    if (!isValid || from === "" || begin < first || end > last || begin > end) return undefined;
    for (let value = begin; value <= end; value += Number(step)) allowed.add(value);
  }
  return allowed;
}
