/**
 * The cursor: where an incremental run of a workflow stopped, and so where the next one starts. Its days, YYYY-MM-DD, are
 * by the ATS's own clock.
 */
import * as v from "valibot";
import type { Environment } from "../environment.ts";
import { asRelayError, TemporaryError } from "../errors.ts";
import { getItem, type ItemKey, putItem } from "../table.ts";
import type { Pending } from "./pending.ts";
import type { RunProgress } from "./progress.ts";

const cursorSchema = v.object({
  /** YYYY-MM-DD: what changed before this day has been written, or stands among the pending. */
  changed_since: v.optional(v.string()),
  /** Hash of what the ATS's rows are named by. */
  catalogue: v.optional(v.string()),
  /** Hash of the parameters of the last run: with others, other rows are read or they are written otherwise. */
  parameters: v.optional(v.string()),
});
export type Cursor = v.InferOutput<typeof cursorSchema>;

const cursorKey = (workflowId: string): ItemKey => ({ pk: `cursor#${workflowId}`, sk: "cursor" });

/** @throws TemporaryError `cursor_failure` */
export async function readCursor(workflowId: string, environment: Environment): Promise<Cursor> {
  try {
    return v.parse(cursorSchema, await getItem(cursorKey(workflowId), environment));
  } catch (error) {
    throw cursorFailure("read", error);
  }
}

/** @throws TemporaryError `cursor_failure` */
export async function saveCursor(
  workflowId: string,
  cursor: Cursor,
  environment: Environment,
): Promise<void> {
  try {
    await putItem(cursorKey(workflowId), cursor, environment);
  } catch (error) {
    throw cursorFailure("saved", error);
  }
}

function cursorFailure(done: "read" | "saved", cause: unknown): TemporaryError {
  const { message } = asRelayError(cause, "cursor_failure");
  return new TemporaryError("cursor_failure", `the cursor could not be ${done}: ${message}`, { cause });
}

/** Days are all that the ATS tells, so the last one is read again. */
const OVERLAP_IN_MILLISECONDS = 24 * 3600 * 1000;

/** The day from which on rows are wanted: also those of the last run, and those that are still to be done. */
export function searchFrom(cursor: Cursor, pending: ReadonlyMap<string, Pending>): string | undefined {
  if (cursor.changed_since === undefined) return undefined;
  const days = [...pending.values()].map(({ changedOn }) => changedOn);
  if (days.includes(undefined)) return undefined;
  const overlapped = new Date(Date.parse(cursor.changed_since) - OVERLAP_IN_MILLISECONDS)
    .toISOString()
    .slice(0, 10);
  return [overlapped, ...days.filter((day) => day !== undefined)].sort()[0];
}

/**
 * The newest day of the rows, but none after the run began: what an earlier invocation of it has finished with may have
 * changed since, and a date that lies in the future would leave out everything until then.
 */
export function nextDay(run: RunProgress, { changed_since: before }: Cursor): string | undefined {
  if (run.lastChange === undefined) return before;
  const began = run.startedAt.slice(0, 10);
  const day = run.lastChange < began ? run.lastChange : began;
  return before === undefined || day > before ? day : before;
}
