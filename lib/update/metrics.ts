/** What a run of an update tells CloudWatch. A dry run tells nothing but its calls of vendors. */
import type { Environment } from "../environment.ts";
import type { RunEvents } from "../run/answer.ts";
import type { CheckedUpdateWorkflow } from "../workflow/check.ts";
import type { Cursor } from "./cursor.ts";
import type { Pending } from "./pending.ts";

/** How an invocation ended. */
interface RunEnd {
  events: RunEvents;
  /** What earlier invocations of the same run have counted already. */
  eventsBefore: RunEvents;
  /** Every candidate was seen. */
  isComplete: boolean;
  cursor: Cursor;
}

export function measureRun(
  workflow: CheckedUpdateWorkflow,
  { events, eventsBefore, isComplete, cursor }: RunEnd,
  { metrics, now }: Environment,
): void {
  if (!workflow.persist) return;
  for (const name of Object.keys(events) as (keyof RunEvents)[]) {
    const count = events[name] - eventsBefore[name];
    if (count > 0) metrics.add(`update_${name}`, count, workflow);
  }
  if (isComplete) metrics.add("updates_completed", 1, workflow);
  if (workflow.incremental && cursor.changed_since !== undefined)
    metrics.add("update_cursor_age", ageInSeconds(cursor.changed_since, now()), workflow);
}

/** @param pending what earlier runs have left to be done */
export function measurePending(
  workflow: CheckedUpdateWorkflow,
  pending: readonly Pending[],
  { metrics, now }: Environment,
): void {
  if (!workflow.persist) return;
  const days = pending.map(({ changedOn }) => changedOn).filter((day) => day !== undefined);
  const oldest = days.sort()[0];
  metrics.add("update_pending", pending.length, workflow);
  metrics.add("update_oldest_pending_age", oldest === undefined ? 0 : ageInSeconds(oldest, now()), workflow);
}

/** Since the beginning of a day, YYYY-MM-DD. */
function ageInSeconds(day: string, now: number): number {
  return Math.max(0, now - Date.parse(day)) / 1000;
}
