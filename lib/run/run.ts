/** The answer of a run: what every trigger gets, and what the log and the history keep. */
import type { Reason, RelayError } from "../errors.ts";

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

/** The answer of a run. */
export interface RunAnswer {
  run_id: string;
  workflow_id: string;
  action: string;
  status: "success" | "success_with_failures" | "fatal";
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

/** The entry of an item that failed. */
export function failedItem(key: string, failure: RelayError): RunItem {
  return { key, outcome: "failed", reason: failure.reason, detail: failure.message };
}

/**
 * Success when nothing failed; fatal when every item that was not discarded failed, for the reason of the first;
 * success_with_failures in between. That everything was discarded is a success.
 */
export function concludeRun(
  events: RunEvents,
  firstFailure: Reason | undefined,
): Pick<RunAnswer, "status" | "reason"> {
  const failed = events.read_failure + events.logics_failure + events.format_failure + events.write_failure;
  const succeeded = events.write_success + events.write_unchanged;
  if (failed > 0 && succeeded === 0) return { status: "fatal", reason: firstFailure ?? "write_failure" };
  if (failed > 0) return { status: "success_with_failures", reason: firstFailure ?? "write_failure" };
  if (events.callback_failure > 0) return { status: "success_with_failures", reason: "callback_failure" };
  return { status: "success", reason: "none" };
}
