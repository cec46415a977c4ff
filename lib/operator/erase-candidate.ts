/** `erase` of a candidate of the ATS, by the function of an update. */
import type { HandOperated } from "../by-hand/operated.ts";
import type { ConnectorTerms } from "../connector.ts";
import { TemporaryError } from "../errors.ts";
import { forgetEcho, hashReference, readEcho } from "../push/echo.ts";
import { eraseFromRuns } from "../run/history.ts";
import { leaseWorkflow, type RunLease, readRunLease } from "../update/lease.ts";
import { readOnePending, removePending } from "../update/pending.ts";
import { type CandidateRecord, readRecords, removeRecord } from "../update/record.ts";
import type { CheckedUpdateWorkflow } from "../workflow/check.ts";
import { answerErasure, type EraseAnswer, type Removed } from "./erasure.ts";

/** Of a workflow that is declared no more, only the id is known: its echoes are not found. */
type Update = Pick<CheckedUpdateWorkflow<ConnectorTerms>, "workflow_id"> &
  Partial<Pick<CheckedUpdateWorkflow<ConnectorTerms>, "push_parameters">>;

/**
 * Erases a candidate of the ATS, by the id of its row: who it is, what was written, what is still to be done, its echoes,
 * and its entries in runs.
 *
 * @param workflowId of one workflow, declared or not; undefined for all that this function runs
 * @throws TemporaryError `already_running` while a run of one of them is at work; nothing was removed then
 * @throws WorkflowError when the workflow is unknown, and nothing is kept for it
 */
export async function eraseCandidate(
  rowId: string,
  workflowId: string | undefined,
  persist: boolean,
  operated: HandOperated,
): Promise<EraseAnswer> {
  const { environment } = operated;
  const updates = updatesOf(workflowId, operated);
  const removed: Removed[] = [];
  const leases: RunLease[] = [];
  try {
    for (const { workflow_id: id, push_parameters } of updates) {
      // A workflow that is not declared has no runs to keep away, and a mistyped id gets no lease.
      if (persist && push_parameters)
        leases.push(await leaseWorkflow(id, environment.randomId(), environment));
      else if (await readRunLease(id, environment)) {
        throw new TemporaryError("already_running", `a run of the workflow ${id} is at work`);
      }
    }
    for (const update of updates) removed.push(...(await eraseRow(rowId, update, persist, operated)));
  } finally {
    for (const lease of leases) await lease.release();
  }
  const workflows = updates.map(({ workflow_id }) => workflow_id);
  const erasure = { subject: { candidate: rowId }, workflows, persist, removed, ask_also: [] };
  return answerErasure(erasure, workflowId, operated);
}

function updatesOf(workflowId: string | undefined, { action, workflows }: HandOperated): Update[] {
  if (workflowId !== undefined && !workflows.byId.has(workflowId)) return [{ workflow_id: workflowId }];
  return [...workflows.byId.values()]
    .filter((one) => one.direction === "update")
    .filter((one) => one.action === action)
    .filter((one) => workflowId === undefined || one.workflow_id === workflowId);
}

async function eraseRow(
  rowId: string,
  update: Update,
  persist: boolean,
  operated: HandOperated,
): Promise<Removed[]> {
  const { environment } = operated;
  const { workflow_id } = update;
  const record = (await readRecords(workflow_id, [rowId], environment)).get(rowId);
  // The echoes first: only the record tells by what they are kept.
  const removed = record === undefined ? [] : await eraseEchoes(record, update, persist, operated);
  if (await readOnePending(workflow_id, rowId, environment)) {
    if (persist) await removePending(workflow_id, rowId, environment);
    removed.push({ workflow_id, what: "pending", count: 1 });
  }
  const count = await eraseFromRuns(workflow_id, rowId, persist, environment);
  if (count > 0) removed.push({ workflow_id, what: "runs", count });
  if (record !== undefined) {
    if (persist) await removeRecord(workflow_id, rowId, environment);
    removed.push({ workflow_id, what: "candidate", count: 1 });
  }
  return removed;
}

/** By the candidate's id and, where a format names another reference, by that. */
async function eraseEchoes(
  { candidate_id, reference_hash }: CandidateRecord,
  { push_parameters }: Update,
  persist: boolean,
  { workflows, connector, environment }: HandOperated,
): Promise<Removed[]> {
  const hashes = [candidate_id && hashReference(candidate_id), reference_hash].filter(
    (hash) => hash !== undefined,
  );
  const removed: Removed[] = [];
  for (const push of workflows.byId.values()) {
    if (push.direction !== "push" || push.connector.name !== connector.name) continue;
    for (const referenceHash of push_parameters ? hashes : []) {
      const sourceKey = push_parameters?.source_key ?? "";
      const key = { workflowId: push.workflow_id, sourceKey, referenceHash };
      if (Object.keys(await readEcho(key, environment)).length === 0) continue;
      if (persist) await forgetEcho(key, environment);
      removed.push({ workflow_id: push.workflow_id, what: "echo", count: 1 });
    }
  }
  return removed;
}
