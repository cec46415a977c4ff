/**
 * A run of an update workflow: which candidates are looked at, in which order, and what is remembered when the run ends,
 * however it ends. What happens to one candidate is in update.ts.
 *
 * The cursor moves only at the end of a run that has seen every row: each was written, or stands among the pending.
 * See docs/decisions/0006-the-cursor-moves-last.md.
 */
import pMap from "p-map";
import type { SourceRow } from "../connector.ts";
import type { Environment } from "../environment.ts";
import { asRelayError, PermanentError, type Reason, type RelayError, TemporaryError } from "../errors.ts";
import { fingerprint } from "../fingerprint.ts";
import { withFreshCredentials } from "../fresh-credentials.ts";
import { createHrflowClient } from "../hrflow/client.ts";
import { hrflowAuthSchema } from "../hrflow/schema.ts";
import { environmentOfRun } from "../log.ts";
import { unpaced } from "../pace.ts";
import { takesSource } from "../push/queue.ts";
import { executeCallback } from "../run/callback.ts";
import { saveRun } from "../run/history.ts";
import {
  concludeRun,
  countItem,
  failedItem,
  noEvents,
  type RunAnswer,
  type RunEvents,
  type RunItem,
} from "../run/run.ts";
import type { CheckedUpdateWorkflow } from "../workflow/check.ts";
import type { Workflows } from "../workflow/workflow.ts";
import { measurePending, measureRun } from "./metrics.ts";
import {
  type Cursor,
  LEASE_IN_SECONDS,
  leaseWorkflow,
  type Pending,
  type RunLease,
  readCursor,
  readPending,
  readRecords,
  removePending,
  saveCursor,
  savePending,
} from "./state.ts";
import { type Subject, type Update, updateCandidate } from "./update.ts";

/** So many candidates are worked on at once. */
export const CONCURRENCY = 10;
/** Records are read for so many rows at once: DynamoDB's limit for one call. */
const ROWS_PER_PAGE = 100;
/** After so many failures in a row that are nobody's own, HrFlow or the ATS is down: the run ends. */
const FAILURES_OF_AN_OUTAGE = 25;
/** A temporary failure is tried again so often within a run, after so many seconds each. */
const RETRY_DELAYS_IN_SECONDS = [1, 4];
const REPEATABLE = new Set<Reason>(["read_failure", "write_failure"]);
/** The answer names so many items, failures first. */
const MAXIMUM_ITEMS = 100;
/** Before the function's time is over, a run stops and leaves the rest to the next invocation. */
const RESERVE_IN_MILLISECONDS = 60_000;
const OVERLAP_IN_MILLISECONDS = 24 * 3600 * 1000;

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
  const environment = workflow.persist ? paced : { ...paced, pacer: unpaced };
  const eventsBefore = { ...(continued?.events ?? noEvents()) };
  const run: Run = {
    id: runId,
    startedAt,
    workflow,
    events: continued?.events ?? noEvents(),
    items: [],
    firstFailure: undefined,
    isCutOff: false,
    ended: undefined,
    failuresInARow: 0,
    seen: 0,
    lastChange: undefined,
  };
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
  const answer: RunAnswer = {
    ...about,
    ...(failure === undefined
      ? concludeRun(run.events, run.firstFailure)
      : { status: "fatal", reason: failure.reason }),
    ...messageOf(run, failure),
    events: run.events,
    items: run.items,
    cursor: cursor.changed_since ?? null,
    started_at: startedAt,
    duration_ms: environment.now() - Date.parse(startedAt),
  };
  const { items, events, message: detail, ...said } = answer;
  environment.log.info("run finished", {
    ...said,
    ...(detail !== undefined && { detail }),
    events: { ...events },
    items_named: items.length,
    is_cut_off: run.isCutOff,
    vendor_calls: vendorCalls,
  });
  // A run that goes on in a next invocation is one run, and one entry that grows.
  if (workflow.persist) await saveRun(answer, environment);
  const goesOn = failure === undefined && run.isCutOff && run.seen > 0;
  const continuation = goesOn ? { run_id: runId, started_at: startedAt, events: run.events } : undefined;
  return { answer, failure, continuation };
}

function hasFailed(run: Run): boolean {
  return concludeRun(run.events, run.firstFailure).status === "fatal";
}

/** A run as it goes. */
interface Run {
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

function messageOf(run: Run, failure: RelayError | undefined): { message?: string } {
  if (failure !== undefined) return { message: failure.message };
  if (run.isCutOff)
    return { message: "the time of this invocation was over: the rest is left to the next one" };
  return {};
}

/** @returns the cursor as it is afterwards */
async function runLeased(
  run: Run,
  workflows: Workflows,
  cursor: Cursor,
  lease: RunLease | undefined,
  timeLeft: () => number,
  environment: Environment,
): Promise<Cursor> {
  const { workflow } = run;
  const { workflow_id: id, persist, incremental } = workflow;
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
  const renewEvery = (LEASE_IN_SECONDS * 1000) / 3 / environment.settings.speed;
  let renewedAt = environment.now();
  await pMap(
    subjects,
    async (subject) => {
      if (run.ended !== undefined) return;
      try {
        if (lease && environment.now() - renewedAt > renewEvery) {
          renewedAt = environment.now();
          await lease.renew();
        }
        await updateOne(run, update, subject, environment);
      } catch (error) {
        run.ended ??= error;
      }
    },
    { concurrency: CONCURRENCY },
  );
  if (run.ended !== undefined) throw run.ended;
  if (run.isCutOff || !persist || !incremental || hasFailed(run)) return cursor;

  // Pending candidates that the ATS would have listed are gone from it: there is nothing left to be done. Those that other
  // filters leave out are not gone.
  for (const [rowId, { changedOn }] of isSameReading ? pending : []) {
    if (since === undefined || (changedOn !== undefined && changedOn >= since))
      await removePending(id, rowId, environment);
  }
  const moved: Cursor = { changed_since: nextCursor(run, cursor), catalogue, parameters };
  if (fingerprint(moved) !== fingerprint(cursor)) {
    await lease?.renew(); // Whoever lost the lease has no right to move the cursor.
    await saveCursor(id, moved, environment);
  }
  return moved;
}

/**
 * The newest day of the rows, but none after the run began: what an earlier invocation of it has finished with may have
 * changed since, and a date that lies in the future would leave out everything until then.
 */
function nextCursor(run: Run, { changed_since: before }: Cursor): string | undefined {
  if (run.lastChange === undefined) return before;
  const began = run.startedAt.slice(0, 10);
  const day = run.lastChange < began ? run.lastChange : began;
  return before === undefined || day > before ? day : before;
}

async function openUpdate(
  run: Run,
  workflows: Workflows,
  signal: AbortSignal,
  environment: Environment,
): Promise<Update> {
  const { workflow } = run;
  const { connector } = workflow;
  if (connector.pull === undefined)
    throw new PermanentError("bad_action_parameters", `${connector.label} cannot be read`);
  const auth = await environment.secrets.read(workflow.connector_auth.secret, connector.auth);
  const hrflowAuth = await environment.secrets.read(workflow.hrflow_auth.secret, hrflowAuthSchema);
  const sourceKey = workflow.push_parameters.source_key;
  const pushesBack = [...workflows.byId.values()]
    .filter((other) => other.direction === "push")
    .filter(
      (other) =>
        other.connector.name === connector.name &&
        other.connector_auth.secret === workflow.connector_auth.secret &&
        takesSource(other, sourceKey),
    );
  return {
    runId: run.id,
    workflow,
    pushesBack,
    source: connector.pull.connect({ auth, parameters: workflow.pull_parameters, environment, signal }),
    hrflow: createHrflowClient(hrflowAuth, environment, signal),
    environment,
  };
}

/** The day from which on rows are wanted: days are all that the ATS tells, so the last one is read again. */
function searchFrom(cursor: Cursor, pending: ReadonlyMap<string, Pending>): string | undefined {
  if (cursor.changed_since === undefined) return undefined;
  const days = [...pending.values()].map(({ changedOn }) => changedOn);
  if (days.includes(undefined)) return undefined;
  const overlapped = new Date(Date.parse(cursor.changed_since) - OVERLAP_IN_MILLISECONDS)
    .toISOString()
    .slice(0, 10);
  return [overlapped, ...days.filter((day) => day !== undefined)].sort()[0];
}

/** Rows with what is remembered of them; those that failed before come last, so that they hold up nobody. */
async function* subjectsOf(
  run: Run,
  rows: AsyncIterable<SourceRow>,
  pending: Map<string, Pending>,
  isOver: () => boolean,
  environment: Environment,
): AsyncGenerator<Subject> {
  const failedBefore: SourceRow[] = [];
  try {
    yield* inOrder();
  } catch (error) {
    run.ended ??= error; // Thrown here, it would end the run while candidates are still being written.
  }

  async function* inOrder(): AsyncGenerator<Subject> {
    for await (const page of pagesOf(rows)) {
      for (const row of page)
        if (row.changedOn !== undefined && row.changedOn > (run.lastChange ?? ""))
          run.lastChange = row.changedOn;
      failedBefore.push(...page.filter(({ id }) => pending.has(id)));
      yield* subjectsOfPage(page.filter(({ id }) => !pending.has(id)));
      if (run.isCutOff) return;
    }
    yield* subjectsOfPage(failedBefore);
  }

  async function* subjectsOfPage(page: readonly SourceRow[]): AsyncGenerator<Subject> {
    const records = await readRecords(
      run.workflow.workflow_id,
      page.map(({ id }) => id),
      environment,
    );
    for (const row of page) {
      if (run.ended !== undefined) return;
      if (isOver()) {
        run.isCutOff = true;
        return;
      }
      const record = records.get(row.id) ?? {};
      const before = pending.get(row.id);
      pending.delete(row.id);
      // An earlier invocation of this very run has finished with it.
      const isDone = before === undefined ? record.run_id === run.id : before.runId === run.id;
      if (!isDone) yield { row, record, pending: before };
    }
  }
}

async function* pagesOf(rows: AsyncIterable<SourceRow>): AsyncGenerator<SourceRow[]> {
  let page: SourceRow[] = [];
  for await (const row of rows) {
    page.push(row);
    if (page.length === ROWS_PER_PAGE) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}

/** Writes one candidate; what failed is remembered for the next run. */
async function updateOne(
  run: Run,
  update: Update,
  subject: Subject,
  environment: Environment,
): Promise<void> {
  const { row } = subject;
  try {
    const { outcome, candidateId, notes, preview } = await withRetries(
      () => updateCandidate(update, subject),
      environment,
    );
    run.failuresInARow = 0;
    note(run, {
      key: row.id,
      outcome,
      ...(candidateId !== undefined && { candidate_id: candidateId }),
      ...(notes.length > 0 && { notes }),
      ...(preview !== undefined && { preview }),
    });
  } catch (error) {
    const failure = asRelayError(error, "write_failure");
    run.firstFailure ??= failure.reason;
    note(run, failedItem(row.id, failure));
    const said = { reason: failure.reason, detail: failure.message };
    environment.log.warn("candidate failed", { row_id: row.id, outcome: "failed", ...said });
    if (run.workflow.persist) {
      const attempts = (subject.pending?.attempts ?? 0) + 1;
      const { reason, message: detail } = failure;
      const pending: Pending = {
        rowId: row.id,
        reason,
        detail,
        attempts,
        changedOn: row.changedOn,
        runId: run.id,
      };
      await savePending(run.workflow.workflow_id, pending, environment);
    }
    run.failuresInARow = failure instanceof TemporaryError ? run.failuresInARow + 1 : 0;
    if (run.failuresInARow >= FAILURES_OF_AN_OUTAGE) {
      throw new TemporaryError(
        failure.reason,
        `${FAILURES_OF_AN_OUTAGE} candidates in a row failed: ${failure.message}`,
      );
    }
  }
}

function note(run: Run, item: RunItem): void {
  run.seen += 1;
  countItem(run.events, item);
  if (item.outcome === "unchanged" || item.outcome === "discarded") return;
  if (run.items.length < MAXIMUM_ITEMS) run.items.push(item);
  else if (item.outcome === "failed") {
    const other = run.items.findLastIndex(({ outcome }) => outcome !== "failed");
    if (other >= 0) run.items[other] = item;
  }
}

/** Repeats what failed for a passing reason; every step of an update may be repeated. */
async function withRetries<T>(attempt: () => Promise<T>, environment: Environment): Promise<T> {
  for (const delay of RETRY_DELAYS_IN_SECONDS) {
    try {
      return await attempt();
    } catch (error) {
      const failure = asRelayError(error, "write_failure");
      const isPassing = failure instanceof TemporaryError && REPEATABLE.has(failure.reason);
      if (!isPassing) throw error;
      const seconds = Math.max(
        delay / environment.settings.speed,
        Math.min(failure.retryAfterInSeconds ?? 0, 30),
      );
      await environment.sleep(seconds * 1000, AbortSignal.timeout(60_000));
    }
  }
  return attempt();
}
