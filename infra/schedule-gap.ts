import { parseScheduleExpression } from "../local/aws/schedule-expression.ts";

const HOUR_IN_MS = 3_600_000;
/** Any five weeks show the weekends, and the end of a month. A fixed day, so that a template is always the same. */
const LOOKED_AT_IN_HOURS = 35 * 24;
const STEP_IN_HOURS = 6;
const FIRST_LOOK = Date.UTC(2026, 0, 1);

/**
 * The longest time in hours that a schedule leaves between two runs: 72 for one that runs on weekdays in the morning.
 * Undefined when it runs once only, or is not understood.
 */
export function longestGapInHours(expression: string, timeZone: string): number | undefined {
  if (expression.startsWith("at(")) return undefined;
  try {
    const schedule = parseScheduleExpression(expression, timeZone);
    let longest = 0;
    for (let hour = 0; hour < LOOKED_AT_IN_HOURS; hour += STEP_IN_HOURS) {
      const first = schedule.next(FIRST_LOOK + hour * HOUR_IN_MS);
      const second = first === undefined ? undefined : schedule.next(first);
      if (first === undefined || second === undefined) return undefined;
      longest = Math.max(longest, second - first);
    }
    return longest / HOUR_IN_MS;
  } catch {
    return undefined; // `W`, for one, is Scheduler's to understand, and not ours.
  }
}
