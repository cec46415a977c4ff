/** `explain`: what Relay knows of one profile or candidate, what it did, and what comes next, in words. Only its own table is asked. */
import type { Environment } from "../environment.ts";
import { isHeld, type LinkState, readLinkState } from "../push/link.ts";
import { type PastRun, readRuns } from "../run/history.ts";
import { readCursor } from "../update/cursor.ts";
import { readRunLease } from "../update/lease.ts";
import { type Pending, readOnePending } from "../update/pending.ts";
import { type CandidateRecord, readRecords } from "../update/record.ts";
import type { CheckedPushWorkflow, CheckedWorkflow } from "../workflow/check.ts";
import { takesSource } from "../workflow/workflow.ts";

/** What is known of one profile or candidate. */
export interface ExplainAnswer {
  workflow_id: string;
  action: string;
  subject: { source_key: string; profile_key: string } | { candidate: string };
  /** Whether anything is kept of it. */
  known: boolean;
  /** In words: what is known, and what was done. */
  says: string[];
  /** In words: what the next webhook or run does with it. */
  next: string;
  /** What the table has. Fingerprints are shortened: they are for comparing, and for nothing else. */
  state: Record<string, unknown>;
  /** The runs in the history that name it, the newest first. */
  runs: Pick<PastRun, "run_id" | "started_at" | "status" | "reason">[];
}

/** So many runs are searched for those that name it. */
const RUNS_SEARCHED = 100;
const CHARACTERS_OF_A_FINGERPRINT = 8;
const FINGERPRINTS = ["fingerprint", "cv_fingerprint", "catalogue", "parameters"];

/** Explains a profile of a push workflow. */
export async function explainProfile(
  workflow: CheckedPushWorkflow,
  subject: { source_key: string; profile_key: string },
  environment: Environment,
): Promise<ExplainAnswer> {
  const { workflow_id: workflowId, action, connector } = workflow;
  const { source_key: sourceKey, profile_key: profileKey } = subject;
  const [link, runs] = await Promise.all([
    readLinkState({ workflowId, sourceKey, profileKey }, environment),
    runsOf(workflowId, profileKey, environment),
  ]);
  const now = environment.now();
  return {
    workflow_id: workflowId,
    action,
    subject,
    known: link !== undefined,
    says: sayLink(link, connector.label, now),
    next: takesSource(workflow, sourceKey)
      ? nextPush(link, connector.label, now)
      : "nothing: the workflow does not push this source (pull_parameters.source_keys)",
    state: readable(link ?? {}),
    runs,
  };
}

function sayLink(link: LinkState | undefined, label: string, now: number): string[] {
  if (link === undefined)
    return ["Nothing is kept of this profile: no push of it has begun for this workflow, or it was erased."];
  const { candidate_id, last_outcome, last_detail, attempts = 0, updated_at, released_by } = link;
  const says: string[] = [];
  if (candidate_id === undefined) says.push(`No candidate of ${label} is known for this profile.`);
  else says.push(`The profile is the candidate ${candidate_id} in ${label}.`);
  if (last_outcome !== undefined) {
    const run = released_by === undefined ? "" : ` (run ${released_by})`;
    const failed = `failed, for the ${ordinal(attempts)} time in a row: ${last_outcome}${last_detail ? `, ${last_detail}` : ""}`;
    says.push(`The last push ended at ${updated_at}${run}: ${attempts > 0 ? failed : last_outcome}.`);
  }
  if (link.creating_since !== undefined) {
    says.push(`A create was sent at ${toDate(link.creating_since)}, and its outcome is not known.`);
  }
  if (link.lease_owner !== undefined) {
    const until = toDate(link.lease_expires_at ?? 0);
    says.push(
      isHeld(link, now)
        ? `The run ${link.lease_owner} is pushing it now, and holds it until ${until} at most.`
        : `The run ${link.lease_owner} ended without a word: its hold ran out at ${until}.`,
    );
  }
  return says;
}

function nextPush(link: LinkState | undefined, label: string, now: number): string {
  if (link !== undefined && isHeld(link, now)) return "it waits until the push that is at work has ended";
  const looks = `it looks in ${label} for the candidate, updates it when it is there, and creates it when it is not`;
  if (link?.candidate_id === undefined) {
    if (link?.creating_since === undefined) return looks;
    return `it looks in ${label} for what the create has left; where a look cannot settle it, the event goes to the dead-letter queue as create_outcome_unknown`;
  }
  // A hold that ran out: what the push had written by then is not known.
  if (link.fingerprint === undefined || link.lease_owner !== undefined)
    return `it writes the candidate again, for what ${label} has is not known`;
  return "it reads the profile, and writes only if the profile, its CV or the parameters differ from what was pushed last";
}

/** Explains a row of an update workflow. */
export async function explainCandidate(
  workflow: CheckedWorkflow,
  rowId: string,
  environment: Environment,
): Promise<ExplainAnswer> {
  const { workflow_id: workflowId, action, connector } = workflow;
  const [records, pending, lease, cursor, runs] = await Promise.all([
    readRecords(workflowId, [rowId], environment),
    readOnePending(workflowId, rowId, environment),
    readRunLease(workflowId, environment),
    readCursor(workflowId, environment),
    runsOf(workflowId, rowId, environment),
  ]);
  const record = records.get(rowId);
  const says = sayRecord(record, pending, connector.label);
  if (lease)
    says.push(`The run ${lease.runId} of this workflow is at work, until ${toDate(lease.until)} at most.`);
  if (cursor.changed_since !== undefined) {
    says.push(`Runs of this workflow have seen everything that changed before ${cursor.changed_since}.`);
  }
  return {
    workflow_id: workflowId,
    action,
    subject: { candidate: rowId },
    known: record !== undefined || pending !== undefined,
    says,
    next: nextUpdate(record, pending, connector.label),
    state: readable({ ...record, ...(pending && { pending }), ...cursor }),
    runs,
  };
}

function sayRecord(
  record: CandidateRecord | undefined,
  pending: Pending | undefined,
  label: string,
): string[] {
  const says: string[] = [];
  if (record?.candidate_id !== undefined) {
    const cv = record.cv === undefined ? "without a CV" : "with a CV";
    says.push(`The row is the candidate ${record.candidate_id} of ${label}, ${cv}.`);
  }
  if (record?.run_id !== undefined) says.push(`The run ${record.run_id} was the last that finished with it.`);
  if (pending !== undefined) {
    const { reason, attempts, runId, detail } = pending;
    says.push(
      reason === "parsing"
        ? `HrFlow is parsing its CV: ${attempts} runs have waited for it, the last was ${runId}.`
        : `It failed for the ${ordinal(attempts)} time, in the run ${runId}: ${reason}${detail ? `, ${detail}` : ""}.`,
    );
  }
  if (says.length === 0)
    says.push("Nothing is kept of this row: no run has written it, a logic discards it, or it was erased.");
  return says;
}

function nextUpdate(
  record: CandidateRecord | undefined,
  pending: Pending | undefined,
  label: string,
): string {
  if (pending !== undefined)
    return "the next run works on it again, after all others, if its filters still list it";
  if (record?.fingerprint === undefined)
    return `a run whose filters list it asks ${label} who it is, unless that is known, and writes it to HrFlow`;
  return "an incremental run writes it only if it has changed; any other run compares it with the profile in HrFlow";
}

async function runsOf(
  workflowId: string,
  key: string,
  environment: Environment,
): Promise<ExplainAnswer["runs"]> {
  const runs = await readRuns(workflowId, RUNS_SEARCHED, environment);
  return runs
    .filter(({ items }) => items.some((item) => item.key === key))
    .map(({ run_id, started_at, status, reason }) => ({ run_id, started_at, status, reason }));
}

function readable(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name,
        FINGERPRINTS.includes(name) ? String(value).slice(0, CHARACTERS_OF_A_FINGERPRINT) : value,
      ]),
  );
}

function toDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function ordinal(count: number): string {
  const endings: Partial<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd" };
  return `${count}${endings[new Intl.PluralRules("en", { type: "ordinal" }).select(count)] ?? "th"}`;
}
