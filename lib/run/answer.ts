/** The answer of a run: what every trigger gets, and what the log and the history keep. */
import type { Reason, RelayError } from "../errors.ts";
import { sayFailure } from "./next-step.ts";

export type Outcome = "created" | "updated" | "unchanged" | "discarded" | "failed";

/** What happened to one item. */
export interface RunItem {
  /** A profile's or candidate's key or id: no personal data. */
  key: string;
  outcome: Outcome;
  candidate_id?: string;
  reason?: Reason;
  detail?: string;
  notes?: string[];
  /** Of a dry run only: personal data, never logged. */
  preview?: unknown;
}

/** How often each thing happened. */
export interface RunEvents {
  read_success: number;
  read_failure: number;
  logics_discard: number;
  logics_failure: number;
  format_failure: number;
  write_success: number;
  write_unchanged: number;
  write_failure: number;
  callback_executed: number;
  callback_failure: number;
}

export const STATUSES = ["success", "success_with_failures", "fatal"] as const;

/** The answer of a run. */
export interface RunAnswer {
  run_id: string;
  workflow_id: string;
  action: string;
  status: (typeof STATUSES)[number];
  reason: Reason;
  /** For a person: what went wrong and what to do, when something did. */
  message?: string;
  events: RunEvents;
  items: RunItem[];
  cursor: string | null;
  started_at: string;
  duration_ms: number;
}

export function noEvents(): RunEvents {
  return {
    read_success: 0,
    read_failure: 0,
    logics_discard: 0,
    logics_failure: 0,
    format_failure: 0,
    write_success: 0,
    write_unchanged: 0,
    write_failure: 0,
    callback_executed: 0,
    callback_failure: 0,
  };
}

/** Counts how an item ended. */
export function countItem(events: RunEvents, item: RunItem): void {
  if (item.reason === "read_failure") {
    events.read_failure += 1;
    return;
  }
  events.read_success += 1;
  if (item.outcome === "created" || item.outcome === "updated") events.write_success += 1;
  else if (item.outcome === "unchanged") events.write_unchanged += 1;
  else if (item.outcome === "discarded") events.logics_discard += 1;
  else if (item.reason === "logics_failure") events.logics_failure += 1;
  else if (item.reason === "format_failure") events.format_failure += 1;
  else events.write_failure += 1;
}

const MAXIMUM_CHARACTERS_OF_A_DETAIL = 500;

/** The entry of an item that failed. */
export function failedItem(key: string, failure: RelayError): RunItem {
  const detail = failure.message.slice(0, MAXIMUM_CHARACTERS_OF_A_DETAIL);
  return { key, outcome: "failed", reason: failure.reason, detail };
}

type Conclusion = Pick<RunAnswer, "status" | "reason">;

/**
 * Success when nothing failed; fatal when every item that was not discarded failed, for the reason of the first;
 * success_with_failures in between. That everything was discarded is a success.
 */
export function concludeRun(events: RunEvents, firstFailure: Reason | undefined): Conclusion {
  const failed = countFailed(events);
  const succeeded = events.write_success + events.write_unchanged;
  if (failed > 0 && succeeded === 0) return { status: "fatal", reason: firstFailure ?? "write_failure" };
  if (failed > 0) return { status: "success_with_failures", reason: firstFailure ?? "write_failure" };
  if (events.callback_failure > 0) return { status: "success_with_failures", reason: "callback_failure" };
  return { status: "success", reason: "none" };
}

function countFailed(events: RunEvents): number {
  return events.read_failure + events.logics_failure + events.format_failure + events.write_failure;
}

/**
 * What a run that was no success says to a person.
 *
 * @param problem what ended the run as a whole, when something did
 */
export function messageOf(
  { status, reason }: Conclusion,
  problem: string | undefined,
  { events, items }: Pick<RunAnswer, "events" | "items">,
): { message?: string } {
  if (problem !== undefined) return { message: sayFailure(reason, problem) };
  if (status === "success") return {};
  const failed = countFailed(events);
  if (failed === 0) return { message: sayFailure(reason, "all was written, and the callback failed") };
  const first = items.find((item) => item.reason === reason)?.detail;
  const all = events.read_success + events.read_failure;
  const counted = `${failed} of ${all} failed${first === undefined ? "" : `, one of them: ${first}`}`;
  return { message: sayFailure(reason, counted) };
}

/** Lambda answers with 6 MB at most. */
const MAXIMUM_CHARACTERS_OF_PREVIEWS = 1_000_000;

/** Leaves out the previews that an answer has no place for. */
export function withinBounds(items: readonly RunItem[]): RunItem[] {
  let left = MAXIMUM_CHARACTERS_OF_PREVIEWS;
  return items.map((item) => {
    if (item.preview === undefined) return item;
    left -= JSON.stringify(item.preview)?.length ?? 0;
    if (left >= 0) return item;
    const { preview: _, ...rest } = item;
    return {
      ...rest,
      notes: [...(item.notes ?? []), "its preview is left out: the answer would be too large"],
    };
  });
}
