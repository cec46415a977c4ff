/**
 * The update engine: one candidate of an ATS is written to its profile in HrFlow. It knows the contract of connectors
 * (`connector.ts`) and no ATS. What a whole run does is in run.ts.
 *
 * logics → identify → format → compare with what was last written → read the profile → CV → merge → write → remember
 */
import * as v from "valibot";
import type { CandidateSource, Identity, ProfileEdit, SourceRow } from "../connector.ts";
import { PermanentError } from "../errors.ts";
import { fingerprint } from "../fingerprint.ts";
import { applyFormat, applyLogics } from "../run/user-functions.ts";
import type { Update, UpdateResult } from "./open.ts";
import { type Pending, removePending, savePending } from "./pending.ts";
import { previewUpdate } from "./preview.ts";
import { identityOf, saveRecord } from "./record.ts";
import type { Subject } from "./subjects.ts";
import { writeProfile } from "./write.ts";

/** HrFlow is given so many runs to parse a CV before its absence is a failure. */
const PATIENCE_IN_RUNS = 10;

const editSchema: v.GenericSchema<unknown, ProfileEdit> = v.record(v.string(), v.unknown());

/**
 * Writes one candidate.
 *
 * @throws PermanentError or VendorError; what is remembered then leads the next run back to this candidate
 */
export async function updateCandidate(update: Update, subject: Subject): Promise<UpdateResult> {
  const { workflow, source } = update;
  const { row, pending } = subject;
  const schema = workflow.connector.pull?.candidate ?? v.looseObject({});
  let identity = identityOf(subject.record);
  const seen = source.toCandidate(row, identity);
  const kept = await applyLogics(seen, workflow.logics, schema);
  if (kept === undefined) {
    if (pending && workflow.persist) await removePending(workflow.workflow_id, row.id, update.environment);
    return { outcome: "discarded", notes: [] };
  }

  // Asked only for candidates that a logic kept, since asking leaves a trace in the ATS.
  if (identity === undefined && workflow.persist) identity = await identify(update, subject);
  const candidate = { ...kept, ...whatIdentityTells(source, row, identity) };
  const format = workflow.format ?? workflow.connector.pull?.toProfile ?? (() => undefined);
  const edit = await applyFormat(candidate, format, editSchema);
  const written = fingerprint({ edit, push_parameters: workflow.push_parameters });
  if (workflow.incremental && subject.record.fingerprint === written && pending === undefined) {
    return { outcome: "unchanged", candidateId: identity?.candidateId, notes: [] };
  }
  if (!workflow.persist) return previewUpdate(update, identity, edit);
  if (identity === undefined) throw new PermanentError("read_failure", "the candidate's id is not known");

  const { outcome, isParsing, notes } = await writeProfile(update, subject, identity, edit);
  await remember(update, subject, { isParsing, fingerprint: written });
  return { outcome, candidateId: identity.candidateId, notes };
}

async function identify({ source, workflow, environment }: Update, subject: Subject): Promise<Identity> {
  const identity = await source.identify(subject.row);
  subject.record = { ...subject.record, candidate_id: identity.candidateId, cv: identity.cv };
  await saveRecord(workflow.workflow_id, subject.row.id, subject.record, environment);
  return identity;
}

/** The fields of a candidate that are known only with its identity. */
function whatIdentityTells(
  source: CandidateSource<object>,
  row: SourceRow,
  identity: Identity | undefined,
): object {
  const without = source.toCandidate(row, undefined) as Record<string, unknown>;
  const told: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(source.toCandidate(row, identity)))
    if (without[field] !== value) told[field] = value;
  return told;
}

async function remember(
  { workflow, runId, environment }: Update,
  { row, record, pending }: Subject,
  done: { isParsing: boolean; fingerprint: string },
): Promise<void> {
  const id = workflow.workflow_id;
  const attempts = (pending?.reason === "parsing" ? pending.attempts : 0) + 1;
  if (done.isParsing && attempts <= PATIENCE_IN_RUNS) {
    const waiting: Pending = { rowId: row.id, reason: "parsing", attempts, changedOn: row.changedOn, runId };
    await savePending(id, waiting, environment);
  } else {
    // The record first: a crash in between leaves a candidate that is looked at once more, never one that is forgotten.
    await saveRecord(id, row.id, { ...record, fingerprint: done.fingerprint, run_id: runId }, environment);
    if (pending !== undefined) await removePending(id, row.id, environment);
  }
}
