/** The candidates that are still to be done, kept from one run to the next. */
import * as v from "valibot";
import type { Environment } from "../environment.ts";
import type { Reason } from "../errors.ts";
import { deleteItem, getItem, putItem, queryItems } from "../table.ts";

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
