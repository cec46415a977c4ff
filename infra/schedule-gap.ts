import { parseScheduleExpression, type ScheduleExpression } from "../local/aws/schedule-expression.ts";

const MINUTE_IN_MS = 60_000;
const HOUR_IN_MS = 60 * MINUTE_IN_MS;
/** Any five weeks show the weekends, and the end of a month. A fixed day, so that a template is always the same. */
const LOOKED_AT_IN_HOURS = 35 * 24;
const FIRST_LOOK = Date.UTC(2026, 0, 1);
/** Days and weeks are no multiples of it: so every hour of a day is looked at. */
const STEP_IN_HOURS = 5;
const FINE_STEP_IN_MS = 15 * MINUTE_IN_MS;

/**
 * The longest time in hours, to a quarter, that a schedule leaves between two runs: 72 for one that runs on weekdays in
 * the morning. Undefined when it runs once only, or is not understood.
 */
export function longestGapInHours(expression: string, timeZone: string): number | undefined {
  if (expression.startsWith("at(")) return undefined;
  try {
    const schedule = parseScheduleExpression(expression, timeZone);
    if (expression.startsWith("rate(")) return waitAfter(FIRST_LOOK, schedule) / HOUR_IN_MS;
    let longest = 0;
    let lookedAt = FIRST_LOOK;
    for (let hour = 0; hour < LOOKED_AT_IN_HOURS; hour += STEP_IN_HOURS) {
      const time = FIRST_LOOK + hour * HOUR_IN_MS;
      if (waitAfter(time, schedule) <= longest) continue;
      longest = waitAfter(time, schedule);
      lookedAt = time;
    }
    // It was seen from somewhere within: back to where it begins.
    const end = lookedAt + longest;
    while (lookedAt + waitAfter(lookedAt, schedule) === end) lookedAt -= FINE_STEP_IN_MS;
    return (end - lookedAt - FINE_STEP_IN_MS) / HOUR_IN_MS;
  } catch {
    return undefined; // `W`, for one, is Scheduler's to understand, and not ours.
  }
}

/** @throws Error when it never runs again */
function waitAfter(time: number, schedule: ScheduleExpression): number {
  const next = schedule.next(time);
  if (next === undefined) throw new Error("it never runs again");
  return next - time;
}
