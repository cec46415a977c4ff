import { parseScheduleExpression } from "./schedule-expression.ts";

/** One schedule of EventBridge Scheduler: when, and what to invoke with which Input. */
export interface Schedule {
  name: string;
  expression: string;
  /** IANA name; UTC unless given. */
  timeZone?: string;
  functionName: string;
  input: unknown;
}

export interface Scheduler {
  stop(): void;
}

/** setTimeout counts in 32 bits. */
const LONGEST_TIMER_IN_MS = 2 ** 31 - 1;

/**
 * Invokes functions by their schedules, on a clock that starts now and runs `speed` times as fast as the real one.
 * A rate schedule runs at once and then at its rate, as EventBridge Scheduler's do when they have no start date.
 *
 * @throws Error naming the schedule that is malformed.
 */
export function startScheduler(
  schedules: Schedule[],
  speed: number,
  invoke: (functionName: string, input: unknown) => void,
): Scheduler {
  const timers = new Map<string, NodeJS.Timeout>();
  const startedAt = Date.now();
  const now = () => startedAt + (Date.now() - startedAt) * speed;

  const startOne = (schedule: Schedule) => {
    const { name, expression, timeZone } = schedule;
    const times = parseScheduleExpression(expression, timeZone);
    const run = () => invoke(schedule.functionName, schedule.input);
    const waitFor = (time: number | undefined) => {
      if (time === undefined) return;
      const remainingInMs = (time - now()) / speed;
      const isDue = remainingInMs <= LONGEST_TIMER_IN_MS;
      const proceed = () => {
        if (isDue) run();
        waitFor(isDue ? times.next(Math.max(time, now())) : time);
      };
      timers.set(name, setTimeout(proceed, Math.max(0, Math.min(remainingInMs, LONGEST_TIMER_IN_MS))));
    };
    waitFor(expression.trim().startsWith("rate(") ? now() : times.next(now()));
  };

  for (const schedule of schedules) {
    try {
      startOne(schedule);
    } catch (error) {
      for (const timer of timers.values()) clearTimeout(timer);
      throw new Error(`${schedule.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return {
    stop: () => {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
