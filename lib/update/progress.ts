/** What a run of an update workflow has done so far. */
import type { Reason } from "../errors.ts";
import { countItem, noEvents, type RunEvents, type RunItem } from "../run/answer.ts";
import type { CheckedUpdateWorkflow } from "../workflow/check.ts";

/** The answer names so many items, failures first. */
const MAXIMUM_ITEMS = 100;

/** A run as it goes. */
export interface RunProgress {
  id: string;
  /** When its first invocation began, ISO 8601. */
  startedAt: string;
  workflow: CheckedUpdateWorkflow;
  events: RunEvents;
  items: RunItem[];
  firstFailure: Reason | undefined;
  isCutOff: boolean;
  /** Set when the whole run cannot go on: what is under way is finished, and nothing else is begun. */
  ended: unknown;
  failuresInARow: number;
  /** How many candidates this invocation has finished with. */
  seen: number;
  /** The newest change among the rows, YYYY-MM-DD, by the ATS's own clock. */
  lastChange: string | undefined;
}

/** @param events what earlier invocations of the same run have counted */
export function beginProgress(
  workflow: CheckedUpdateWorkflow,
  id: string,
  startedAt: string,
  events: RunEvents = noEvents(),
): RunProgress {
  return {
    id,
    startedAt,
    workflow,
    events: { ...events },
    items: [],
    firstFailure: undefined,
    isCutOff: false,
    ended: undefined,
    failuresInARow: 0,
    seen: 0,
    lastChange: undefined,
  };
}

/** Counts an item, and names it in the answer where that is worth its place. */
export function countOutcome(run: RunProgress, item: RunItem): void {
  run.seen += 1;
  countItem(run.events, item);
  if (item.outcome === "unchanged" || item.outcome === "discarded") return;
  if (run.items.length < MAXIMUM_ITEMS) run.items.push(item);
  else if (item.outcome === "failed") {
    const other = run.items.findLastIndex(({ outcome }) => outcome !== "failed");
    if (other >= 0) run.items[other] = item;
  }
}
