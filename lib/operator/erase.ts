/**
 * `erase`: removes every trace of one person from what Relay keeps. Whoever is to be forgotten is deleted in HrFlow and in
 * the ATS first: an event about a profile that is still there makes it known again.
 */
import type { HandOperated } from "../by-hand/by-hand.ts";
import { forgetEcho, readEcho } from "../echo.ts";
import { TemporaryError } from "../errors.ts";
import { eraseLink, isHeld, type LinkKey, readLinkState } from "../push/link.ts";
import { eraseFromRuns } from "../run/history.ts";
import {
  leaseWorkflow,
  type RunLease,
  readOnePending,
  readRecords,
  readRunLease,
  removePending,
  removeRecord,
} from "../update/state.ts";
import type { CheckedPushWorkflow, CheckedUpdateWorkflow } from "../workflow/check.ts";
import { removeDeadLetters, visitDeadLetters } from "./dead-letter-queue.ts";

/** What was removed or, in a dry run, would be. */
export interface EraseAnswer {
  action: string;
  subject: { source_key: string; profile_key: string } | { candidate: string };
  /** The workflows that were looked through. */
  workflows: string[];
  /** False: a dry run, nothing was removed. */
  persist: boolean;
  removed: Removed[];
  message: string;
}

interface Removed {
  /** Undefined where it belongs to no single workflow. */
  workflow_id?: string;
  what: "link" | "candidate" | "pending" | "echo" | "runs" | "dead_letters";
  count: number;
}

/**
 * Erases a profile: its links, its entries in runs, and its dead letters in this function's queue.
 *
 * @param workflowId of one workflow; undefined for all that are declared, whatever their ATS
 * @throws TemporaryError `already_running` while a push of it is at work; nothing was removed then, or other links alone
 */
export async function eraseProfile(
  subject: { source_key: string; profile_key: string },
  workflowId: string | undefined,
  persist: boolean,
  operated: HandOperated,
): Promise<EraseAnswer> {
  const { environment } = operated;
  const pushes = [...operated.workflows.byId.values()]
    .filter((one) => one.direction === "push")
    .filter((one) => workflowId === undefined || one.workflow_id === workflowId);
  const keyIn = (push: CheckedPushWorkflow): LinkKey => ({
    workflowId: push.workflow_id,
    sourceKey: subject.source_key,
    profileKey: subject.profile_key,
  });

  const linked: CheckedPushWorkflow[] = [];
  for (const push of pushes) {
    const link = await readLinkState(keyIn(push), environment);
    if (link === undefined) continue;
    refuseWhileAtWork(push, link, environment.now(), environment.settings.speed);
    linked.push(push);
  }
  const removed: Removed[] = [];
  for (const push of linked) {
    if (persist) await eraseLink(keyIn(push), environment);
    removed.push({ workflow_id: push.workflow_id, what: "link", count: 1 });
  }
  for (const { workflow_id } of pushes) {
    const count = await eraseFromRuns(workflow_id, subject.profile_key, persist, environment);
    if (count > 0) removed.push({ workflow_id, what: "runs", count });
  }
  const deadLetters = await eraseDeadLetters(subject, workflowId, persist, operated);
  if (deadLetters > 0) removed.push({ what: "dead_letters", count: deadLetters });
  return answer(operated, subject, pushes, persist, removed);
}

function refuseWhileAtWork(
  { workflow_id, connector }: CheckedPushWorkflow,
  link: NonNullable<Awaited<ReturnType<typeof readLinkState>>>,
  now: number,
  speed: number,
): void {
  if (isHeld(link, now)) {
    const problem = `a push of this profile for the workflow ${workflow_id} is at work: try again in some minutes`;
    throw new TemporaryError("already_running", problem);
  }
  // Forgotten before a look-up can see what the create did, the candidate would be created a second time.
  const settled = (link.creating_since ?? 0) + (connector.push.settleInSeconds * 1000) / speed;
  if (settled > now) {
    const problem = `a create of the workflow ${workflow_id} is not settled yet: try again in ${Math.ceil((settled - now) / 1000)} seconds`;
    throw new TemporaryError("already_running", problem);
  }
}

async function eraseDeadLetters(
  { source_key, profile_key }: { source_key: string; profile_key: string },
  workflowId: string | undefined,
  persist: boolean,
  operated: HandOperated,
): Promise<number> {
  let count = 0;
  await visitDeadLetters(operated, Number.POSITIVE_INFINITY, async (letters) => {
    const own = letters.filter(
      (letter) =>
        letter.profile_key === profile_key &&
        letter.source_key === source_key &&
        (workflowId === undefined || letter.workflow_id === workflowId),
    );
    count += own.length;
    if (!persist) return [];
    await removeDeadLetters(own, operated);
    return own;
  });
  return count;
}

/**
 * Erases a candidate of the ATS, by the id of its row: who it is, what was written, what is still to be done, and its
 * entries in runs.
 *
 * @param workflowId of one workflow; undefined for all of this function
 * @throws TemporaryError `already_running` while a run of one of them is at work; nothing was removed then
 */
export async function eraseCandidate(
  rowId: string,
  workflowId: string | undefined,
  persist: boolean,
  operated: HandOperated,
): Promise<EraseAnswer> {
  const { environment } = operated;
  const updates = [...operated.workflows.byId.values()]
    .filter((one) => one.direction === "update")
    .filter((one) => one.action === operated.action)
    .filter((one) => workflowId === undefined || one.workflow_id === workflowId);
  const removed: Removed[] = [];
  const leases: RunLease[] = [];
  try {
    for (const { workflow_id: id } of updates) {
      if (persist) leases.push(await leaseWorkflow(id, environment.randomId(), environment));
      else if (await readRunLease(id, environment)) {
        throw new TemporaryError(
          "already_running",
          `a run of the workflow ${id} is at work: try again when it has ended`,
        );
      }
    }
    for (const update of updates) removed.push(...(await eraseRow(rowId, update, persist, operated)));
  } finally {
    for (const lease of leases) await lease.release();
  }
  return answer(operated, { candidate: rowId }, updates, persist, removed);
}

async function eraseRow(
  rowId: string,
  { workflow_id, connector, push_parameters }: CheckedUpdateWorkflow,
  persist: boolean,
  { workflows, environment }: HandOperated,
): Promise<Removed[]> {
  const removed: Removed[] = [];
  const record = (await readRecords(workflow_id, [rowId], environment)).get(rowId);
  // The echoes first: only the record tells by which reference they are kept.
  if (record?.candidate_id !== undefined) {
    const { source_key: sourceKey } = push_parameters;
    for (const push of workflows.byId.values()) {
      if (push.direction !== "push" || push.connector.name !== connector.name) continue;
      const key = { workflowId: push.workflow_id, sourceKey, reference: record.candidate_id };
      if (Object.keys(await readEcho(key, environment)).length === 0) continue;
      if (persist) await forgetEcho(key, environment);
      removed.push({ workflow_id: push.workflow_id, what: "echo", count: 1 });
    }
  }
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

function answer(
  { action, environment }: HandOperated,
  subject: EraseAnswer["subject"],
  workflows: readonly { workflow_id: string }[],
  persist: boolean,
  removed: Removed[],
): EraseAnswer {
  const after =
    "candidate" in subject
      ? "Its profile in HrFlow, and what pushes keep of it, are erased by source_key and profile_key. While the ATS lists it, the next run makes it known again"
      : "While HrFlow has the profile, an event about it makes it known again; messages that still wait in the queues end as read_failure once it is deleted there, and dead letters of other functions are erased by those";
  const done = persist ? "removed" : "dry run: would be removed";
  const list = removed.map(
    ({ workflow_id, what, count }) => `${count} ${what}${workflow_id ? ` of ${workflow_id}` : ""}`,
  );
  if (persist) environment.log.info("erased", { action, removed: list });
  return {
    action,
    subject,
    workflows: workflows.map(({ workflow_id }) => workflow_id),
    persist,
    removed,
    message: `${removed.length === 0 ? "nothing is kept" : `${done}: ${list.join(", ")}`}. ${after}`,
  };
}
