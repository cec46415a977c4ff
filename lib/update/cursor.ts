/** Days by the ATS's own clock, YYYY-MM-DD: from which on a run reads, and which one the next run starts at. */
import type { RunProgress } from "./progress.ts";
import type { Cursor, Pending } from "./state.ts";

const OVERLAP_IN_MILLISECONDS = 24 * 3600 * 1000;

/** The day from which on rows are wanted: days are all that the ATS tells, so the last one is read again. */
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
