/** What an update remembers of each candidate: who it is, and what was last written of it. Ids and hashes only. */
import * as v from "valibot";
import type { Identity } from "../connector.ts";
import type { Environment } from "../environment.ts";
import { deleteItem, getItems, type ItemKey, MAXIMUM_BATCH, putItem } from "../table.ts";

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
