/**
 * What an update workflow remembers between runs: its lease, its cursor, who each candidate is and what was last written
 * of it, and the candidates that are still to be done. Ids and hashes only.
 */
import * as v from "valibot";
import type { Identity } from "../connector.ts";
import type { Environment } from "../environment.ts";
import { asRelayError, type Reason, TemporaryError } from "../errors.ts";
import {
  ConditionFailedError,
  deleteItem,
  getItem,
  getItems,
  type ItemKey,
  MAXIMUM_BATCH,
  putItem,
  queryItems,
  updateItem,
} from "../table.ts";

/** A run holds its workflow for so long, and renews that while it works: a crashed run is replaced this soon. */
export const LEASE_IN_SECONDS = 240;

/** The workflow, held by one run. */
export interface RunLease {
  /** Holds it for another while. @throws TemporaryError when another run has taken it */
  renew(): Promise<void>;
  release(): Promise<void>;
}

const leaseKey = (workflowId: string): ItemKey => ({ pk: `lease#${workflowId}`, sk: "lease" });
const leaseSchema = v.object({ owner_id: v.optional(v.string()), expires_at_ms: v.optional(v.number(), 0) });

/** The run that is at work, and until when it holds the workflow (milliseconds since 1970); undefined when none is. */
export async function readRunLease(
  workflowId: string,
  environment: Environment,
): Promise<{ runId: string; until: number } | undefined> {
  const { owner_id, expires_at_ms } = v.parse(leaseSchema, await getItem(leaseKey(workflowId), environment));
  if (owner_id === undefined || expires_at_ms < environment.now()) return undefined;
  return { runId: owner_id, until: expires_at_ms };
}

/** @throws TemporaryError `already_running` while another run of the workflow is at work */
export async function leaseWorkflow(
  workflowId: string,
  runId: string,
  environment: Environment,
): Promise<RunLease> {
  const key = leaseKey(workflowId);
  const take = async (condition: string, problem: string) => {
    const now = environment.now();
    const expiresAt = now + (LEASE_IN_SECONDS * 1000) / environment.settings.speed;
    const values = { ":owner": runId, ...(condition.includes(":now") && { ":now": now }) };
    try {
      await updateItem(
        key,
        { set: { owner_id: runId, expires_at_ms: expiresAt }, condition, values },
        environment,
      );
    } catch (error) {
      if (!(error instanceof ConditionFailedError)) throw error;
      throw new TemporaryError("already_running", problem, { retryAfterInSeconds: 30 });
    }
  };
  await take(
    "attribute_not_exists(owner_id) OR expires_at_ms < :now OR owner_id = :owner",
    "another run of this workflow is at work: it goes on by itself, there is nothing to do",
  );
  return {
    renew: () => take("owner_id = :owner", "the lease of this run ran out, and another run has taken over"),
    async release() {
      try {
        const update = {
          set: { expires_at_ms: 0 },
          condition: "owner_id = :owner",
          values: { ":owner": runId },
        };
        await updateItem(key, update, environment);
      } catch (error) {
        if (!(error instanceof ConditionFailedError)) throw error; // Another run has it: nothing is to be released.
      }
    },
  };
}

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

const recordSchema = v.object({
  candidate_id: v.optional(v.string()),
  cv: v.optional(v.record(v.string(), v.string())),
  /** Hash of what was last written of this candidate. */
  fingerprint: v.optional(v.string()),
  /** Hash of the reference of its profile, where a format names another than the candidate's id. */
  reference_hash: v.optional(v.string()),
  /** The last run that finished with this candidate. */
  run_id: v.optional(v.string()),
});
/** What is known of one candidate. */
export type CandidateRecord = v.InferOutput<typeof recordSchema>;

export function identityOf(record: CandidateRecord): Identity | undefined {
  return record.candidate_id === undefined ? undefined : { candidateId: record.candidate_id, cv: record.cv };
}

const recordKey = (workflowId: string, rowId: string): ItemKey => ({
  pk: `candidate#${workflowId}#${rowId}`,
  sk: "candidate",
});

/** The records of many rows, by the row's id. */
export async function readRecords(
  workflowId: string,
  rowIds: readonly string[],
  environment: Environment,
): Promise<Map<string, CandidateRecord>> {
  const records = new Map<string, CandidateRecord>();
  for (let start = 0; start < rowIds.length; start += MAXIMUM_BATCH) {
    const ids = rowIds.slice(start, start + MAXIMUM_BATCH);
    const items = await getItems(
      ids.map((id) => recordKey(workflowId, id)),
      environment,
    );
    for (const id of ids) {
      const item = items.get(recordKey(workflowId, id).pk);
      if (item) records.set(id, v.parse(recordSchema, item));
    }
  }
  return records;
}

export async function saveRecord(
  workflowId: string,
  rowId: string,
  record: CandidateRecord,
  environment: Environment,
): Promise<void> {
  await putItem(recordKey(workflowId, rowId), record, environment);
}

export async function removeRecord(
  workflowId: string,
  rowId: string,
  environment: Environment,
): Promise<void> {
  await deleteItem(recordKey(workflowId, rowId), environment);
}

const pendingSchema = v.object({
  sk: v.string(),
  reason: v.string(),
  detail: v.optional(v.string()),
  attempts: v.number(),
  changed_on: v.optional(v.string()),
  run_id: v.string(),
});
/** A candidate that is still to be done: it failed, or HrFlow is still parsing its CV. */
export interface Pending {
  rowId: string;
  reason: Reason | "parsing";
  detail?: string | undefined;
  attempts: number;
  /** The day of the change that is still to be written, YYYY-MM-DD. */
  changedOn: string | undefined;
  runId: string;
}

const pendingPartition = (workflowId: string) => `pending#${workflowId}`;

export async function readPending(
  workflowId: string,
  environment: Environment,
): Promise<Map<string, Pending>> {
  const pending = new Map<string, Pending>();
  for await (const item of queryItems(pendingPartition(workflowId), environment)) {
    const one = toPending(item);
    pending.set(one.rowId, one);
  }
  return pending;
}

/** One candidate that is still to be done; undefined when it is not. */
export async function readOnePending(
  workflowId: string,
  rowId: string,
  environment: Environment,
): Promise<Pending | undefined> {
  const item = await getItem({ pk: pendingPartition(workflowId), sk: rowId }, environment);
  return Object.keys(item).length === 0 ? undefined : toPending(item);
}

function toPending(item: object): Pending {
  const { sk, reason, changed_on, run_id, ...rest } = v.parse(pendingSchema, item);
  return { rowId: sk, reason: reason as Reason, changedOn: changed_on, runId: run_id, ...rest };
}

export async function savePending(
  workflowId: string,
  pending: Pending,
  environment: Environment,
): Promise<void> {
  const { rowId, changedOn, runId, ...fields } = pending;
  const item = { ...fields, changed_on: changedOn, run_id: runId };
  await putItem({ pk: pendingPartition(workflowId), sk: rowId }, item, environment);
}

export async function removePending(
  workflowId: string,
  rowId: string,
  environment: Environment,
): Promise<void> {
  await deleteItem({ pk: pendingPartition(workflowId), sk: rowId }, environment);
}
