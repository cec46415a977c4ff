/**
 * A run of an update workflow: which candidates are looked at, in which order, and what is remembered when the run ends,
 * however it ends. What happens to one candidate is in attempt.ts and update.ts.
 *
 * The cursor moves only at the end of a run that has seen every row: each was written, or stands among the pending.
 * See docs/decisions/0006-the-cursor-moves-last.md.
 */
import pMap from "p-map";
import type { Environment } from "../environment.ts";
import { asRelayError, type RelayError } from "../errors.ts";
import { fingerprint } from "../fingerprint.ts";
import { unpaced, withCallsAtOnce } from "../http/pace.ts";
import {
  concludeRun,
  messageOf,
  noEvents,
  type RunAnswer,
  type RunEvents,
  withinBounds,
} from "../run/answer.ts";
import { environmentOfRun } from "../run/environment.ts";
import { saveRun } from "../run/history.ts";
import { executeCallback } from "../run/user-functions.ts";
import { withFreshCredentials } from "../secrets/fresh-credentials.ts";
import type { CheckedUpdateWorkflow } from "../workflow/check.ts";
import type { Workflows } from "../workflow/workflow.ts";
import { attemptUpdate } from "./attempt.ts";
import { type Cursor, nextDay, readCursor, saveCursor, searchFrom } from "./cursor.ts";
import { LEASE_IN_SECONDS, leaseWorkflow, type RunLease } from "./lease.ts";
import { measurePending, measureRun } from "./metrics.ts";
import { openUpdate, type Update } from "./open.ts";
import { readPending, removePending } from "./pending.ts";
import { beginProgress, type RunProgress } from "./progress.ts";
import { type Subject, subjectsOf } from "./subjects.ts";

/** So many calls of vendors are under way at once. */
export const CALLS_AT_ONCE = 10;
/** So many candidates are worked on at once: while some are compared or remembered, the others keep the vendors busy. */
const CANDIDATES_AT_ONCE = CALLS_AT_ONCE + 2;
/** Before the function's time is over, a run stops and leaves the rest to the next invocation. */
const RESERVE_IN_MILLISECONDS = 60_000;

/** A run that was cut off, as it is handed to the next invocation. */
export interface Continuation {
  run_id: string;
  started_at: string;
  events: RunEvents;
}

/** What the caller does next. */
export interface UpdateRunResult {
  answer: RunAnswer;
  failure: RelayError | undefined;
  /** Set when the time was over before the work was: go on with this. */
  continuation: Continuation | undefined;
}

/** A run that takes longer says so often how far it is. */
const TOLD_EVERY_MILLISECONDS = 5_000;

const CUT_OFF = "the time of this invocation was over: the rest is left to the next one";

/** Runs an update workflow. Never throws: a failure stands in the answer. */
export async function runUpdate(
  workflow: CheckedUpdateWorkflow,
  workflows: Workflows,
  continued: Continuation | undefined,
  timeLeftInMilliseconds: () => number,
  given: Environment,
): Promise<UpdateRunResult> {
  const startedAt = continued?.started_at ?? new Date(given.now()).toISOString();
  const runId = continued?.run_id ?? given.randomId();
  const about = { run_id: runId, workflow_id: workflow.workflow_id, action: workflow.action };
  const { environment: paced, vendorCalls } = environmentOfRun(about, given);
  const pacer = withCallsAtOnce(CALLS_AT_ONCE, workflow.persist ? paced.pacer : unpaced);
  const environment = { ...paced, pacer };
  const eventsBefore = continued?.events ?? noEvents();
  const run = beginProgress(workflow, runId, startedAt, continued?.events);
  let lease: RunLease | undefined;
  let failure: RelayError | undefined;
  let cursor: Cursor = {};
  try {
    if (workflow.persist) lease = await leaseWorkflow(workflow.workflow_id, runId, environment);
    cursor = await readCursor(workflow.workflow_id, environment);
    const leased = () => runLeased(run, workflows, cursor, lease, timeLeftInMilliseconds, environment);
    cursor = await withFreshCredentials(workflow, environment, leased);
  } catch (error) {
    failure = asRelayError(error, "read_failure");
    if (failure.reason === "read_failure" && run.seen === 0) run.events.read_failure += 1;
  }
  await lease?.release().catch((error) => {
    environment.log.warn("lease not released", { detail: asRelayError(error, "state_failure").message });
  });

  const isComplete = failure === undefined && !run.isCutOff && !hasFailed(run);
  if (isComplete && workflow.persist) {
    await executeCallback(workflow.callback, { ...about, events: run.events }, environment);
  }
  measureRun(workflow, { events: run.events, eventsBefore, isComplete, cursor }, environment);
  const conclusion =
    failure === undefined
      ? concludeRun(run.events, run.firstFailure)
      : { status: "fatal" as const, reason: failure.reason };
  const items = withinBounds(run.items);
  const answer: RunAnswer = {
    ...about,
    ...conclusion,
    ...messageOf(conclusion, failure?.message, { events: run.events, items }),
    ...(run.isCutOff && failure === undefined && { message: CUT_OFF }),
    events: run.events,
    items,
    cursor: cursor.changed_since ?? null,
    started_at: startedAt,
    duration_ms: environment.now() - Date.parse(startedAt),
  };
  const { items: _, events, message: detail, ...said } = answer;
  environment.log.info("run finished", {
    ...said,
    detail,
    events: { ...events },
    items_named: items.length,
    is_cut_off: run.isCutOff,
    is_dry_run: !workflow.persist,
    vendor_calls: vendorCalls,
  });
  // A run that goes on in a next invocation is one run, and one entry that grows.
  if (workflow.persist) await saveRun(answer, environment);
  const goesOn = failure === undefined && run.isCutOff && run.seen > 0;
  const continuation = goesOn ? { run_id: runId, started_at: startedAt, events: run.events } : undefined;
  return { answer, failure, continuation };
}

function hasFailed(run: RunProgress): boolean {
  return concludeRun(run.events, run.firstFailure).status === "fatal";
}

/** @returns the cursor as it is afterwards */
async function runLeased(
  run: RunProgress,
  workflows: Workflows,
  cursor: Cursor,
  lease: RunLease | undefined,
  timeLeft: () => number,
  environment: Environment,
): Promise<Cursor> {
  const { workflow } = run;
  const { workflow_id: id, persist, incremental } = workflow;
  // What ended an attempt with a credential that was rotated does not end the next one.
  run.ended = undefined;
  run.failuresInARow = 0;
  const reserve = Math.min(RESERVE_IN_MILLISECONDS, timeLeft() / 5);
  const update = await openUpdate(
    run,
    workflows,
    environment.abortAfter(timeLeft() - reserve / 4),
    environment,
  );
  const pending = await readPending(id, environment);
  measurePending(workflow, [...pending.values()], environment);
  const catalogue =
    incremental || (persist && cursor.catalogue !== undefined)
      ? fingerprint(await update.source.catalogue())
      : undefined;
  const parameters = fingerprint([workflow.pull_parameters, workflow.push_parameters]);
  const isSameReading = catalogue === cursor.catalogue && parameters === cursor.parameters;
  const since = incremental && isSameReading ? searchFrom(cursor, pending) : undefined;
  if (persist && cursor.catalogue !== undefined && catalogue !== cursor.catalogue) {
    // Names that are written from now on may be back at the old ones before everything has been read once more.
    await saveCursor(id, { ...cursor, catalogue: undefined }, environment);
  }

  const rows = update.source.list(since);
  const isOver = () => timeLeft() < reserve;
  const subjects = subjectsOf(run, rows, pending, isOver, environment);
  await updateAll(run, update, subjects, lease);
  if (run.ended !== undefined) throw run.ended;
  if (run.isCutOff || !persist || !incremental || hasFailed(run)) return cursor;

  // The search went back to the day of each that was pending. Those that the ATS did not list are gone from it: there is
  // nothing left to be done. Those that other filters leave out are not gone.
  for (const rowId of isSameReading ? pending.keys() : []) await removePending(id, rowId, environment);
  const moved: Cursor = { changed_since: nextDay(run, cursor), catalogue, parameters };
  if (fingerprint(moved) !== fingerprint(cursor)) {
    await lease?.renew(); // Whoever lost the lease has no right to move the cursor.
    await saveCursor(id, moved, environment);
  }
  return moved;
}

/** Works on all candidates, some at once, and holds on to the workflow meanwhile. What ends the run is left in it. */
async function updateAll(
  run: RunProgress,
  update: Update,
  subjects: AsyncIterable<Subject>,
  lease: RunLease | undefined,
): Promise<void> {
  const { environment } = update;
  const renewEvery = (LEASE_IN_SECONDS * 1000) / 3 / environment.settings.speed;
  let renewedAt = environment.now();
  let toldAt = environment.now();
  await pMap(
    subjects,
    async (subject) => {
      if (run.ended !== undefined) return;
      try {
        if (lease && environment.now() - renewedAt > renewEvery) {
          renewedAt = environment.now();
          await lease.renew();
        }
        await attemptUpdate(run, update, subject, environment);
        if (environment.now() - toldAt >= TOLD_EVERY_MILLISECONDS) {
          toldAt = environment.now();
          environment.log.info("run goes on", { events: { ...run.events }, started_at: run.startedAt });
        }
      } catch (error) {
        run.ended ??= error;
      }
    },
    { concurrency: CANDIDATES_AT_ONCE },
  );
}
