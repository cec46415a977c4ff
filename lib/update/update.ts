/**
 * The update engine: one candidate of an ATS is written to its profile in HrFlow. It knows the contract of connectors
 * (`connector.ts`) and no ATS. What a whole run does is in run.ts.
 *
 * logics → identify → format → compare with what was last written → read the profile → CV → merge → write → remember
 */
import * as v from "valibot";
import type { CandidateSource, CvFile, Identity, ProfileEdit, SourceRow } from "../connector.ts";
import { type EchoKey, hashReference, holdEcho, noteEcho } from "../echo.ts";
import type { Environment } from "../environment.ts";
import { asRelayError, PermanentError, VendorError } from "../errors.ts";
import { fingerprint } from "../fingerprint.ts";
import { DuplicateReferenceError, type HrflowClient, type RawProfile } from "../hrflow/client.ts";
import { mergeProfile } from "../hrflow/merge-profile.ts";
import { profileSchema } from "../hrflow/schema.ts";
import { prepareItem } from "../push/item.ts";
import { applyFormat, applyLogics } from "../run/item.ts";
import type { Outcome } from "../run/run.ts";
import type { CheckedPushWorkflow, CheckedUpdateWorkflow } from "../workflow/check.ts";
import {
  type CandidateRecord,
  identityOf,
  type Pending,
  removePending,
  savePending,
  saveRecord,
} from "./state.ts";

/** HrFlow is given so many runs to parse a CV before its absence is a failure. */
const PATIENCE_IN_RUNS = 10;
/** Within a run, a CV that HrFlow parses later is waited for so often, so many seconds each. */
const LOOKS_FOR_PARSED = 10;
const SECONDS_BETWEEN_LOOKS = 3;
/** A push of the profile waits for so long, should the update die before it has said what it wrote. */
const HOLD_IN_SECONDS = 120;
/** The same where HrFlow parses the CV later: the next run says what came of it. */
const HOLD_WHILE_PARSING_IN_SECONDS = 2 * 3600;

/** What all candidates of a run share. */
export interface Update {
  runId: string;
  workflow: CheckedUpdateWorkflow;
  /** The pushes that would carry a change of ours back to the same account of the same ATS. */
  pushesBack: readonly CheckedPushWorkflow[];
  source: CandidateSource<object>;
  hrflow: HrflowClient;
  environment: Environment;
}

/** One candidate, with what is remembered of it. */
export interface Subject {
  row: SourceRow;
  record: CandidateRecord;
  /** Set when an earlier run did not finish with it. */
  pending: Pending | undefined;
  /**
   * What HrFlow knew before this run had the CV parsed onto the profile. A parsing whose answer is lost, or a write that
   * fails after it, must not cost that: HrFlow has put what the CV says in its place.
   */
  beforeCv?: RawProfile | undefined;
}

/** How one candidate ended, when it did not fail. */
export interface UpdateResult {
  outcome: Exclude<Outcome, "failed">;
  candidateId?: string | undefined;
  notes: string[];
  /** Only of a dry run. Personal data: for the answer of a run, never for a log. */
  preview?: unknown;
}

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
  if (!workflow.persist) return preview(update, identity, edit);
  if (identity === undefined) throw new PermanentError("read_failure", "the candidate's id is not known");

  const { outcome, isParsing, notes } = await write(update, subject, identity, edit);
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
  const without = new Map(Object.entries(source.toCandidate(row, undefined)));
  return Object.fromEntries(
    Object.entries(source.toCandidate(row, identity)).filter(
      ([field, value]) => without.get(field) !== value,
    ),
  );
}

async function preview(
  update: Update,
  identity: Identity | undefined,
  edit: ProfileEdit,
): Promise<UpdateResult> {
  const { workflow, hrflow } = update;
  if (identity === undefined) {
    return {
      outcome: "updated",
      notes: ["the candidate's id is not known yet, and a dry run does not ask"],
      preview: edit,
    };
  }
  const { source_key, only_edit_fields, create_missing } = workflow.push_parameters;
  const current = await hrflow.findByReference(source_key, referenceOf(edit, identity));
  if (current === undefined && !create_missing) throw notInHrflow(edit, identity);
  const outcome =
    current === undefined
      ? "created"
      : mergeProfile(current, edit, only_edit_fields)
        ? "updated"
        : "unchanged";
  return { outcome, candidateId: identity.candidateId, notes: [], preview: edit };
}

interface Written {
  outcome: "created" | "updated" | "unchanged";
  /** HrFlow is still parsing the CV: what it makes of it is merged in a later run. */
  isParsing: boolean;
  notes: string[];
}

async function write(
  update: Update,
  subject: Subject,
  identity: Identity,
  edit: ProfileEdit,
): Promise<Written> {
  const { hrflow, workflow } = update;
  const { source_key: sourceKey, create_missing: createMissing, only_edit_fields } = workflow.push_parameters;
  const reference = referenceOf(edit, identity);
  await rememberReference(update, subject, identity, reference);
  const wasParsing = subject.pending?.reason === "parsing";

  const before = await hrflow.findByReference(sourceKey, reference);
  if (before === undefined && !createMissing) throw notInHrflow(edit, identity);
  if (before === undefined && wasParsing) return { outcome: "unchanged", isParsing: true, notes: [] };

  const needsCv = identity.cv !== undefined && !hasAttachments(before);
  const isForeseeable = before !== undefined && (!needsCv || wasParsing) && subject.beforeCv === undefined;
  if (!isForeseeable) await holdEchoes(update, reference, HOLD_IN_SECONDS);
  const sent =
    needsCv && !wasParsing ? await sendCv(update, subject, identity, reference, before, edit) : undefined;
  const notes = sent === undefined ? [] : NOTES[sent];
  const isSent = sent === "parsed" || sent === "queued";
  const current = isSent ? await readParsed(update, reference, sent) : before;
  if (current === undefined) {
    const isParsing = isSent || sent === "refused";
    if (isParsing) {
      await holdEchoes(update, reference, HOLD_WHILE_PARSING_IN_SECONDS);
    } else {
      await createProfile(hrflow, sourceKey, { ...edit, reference });
      await noteEchoes(update, reference, await hrflow.findByReference(sourceKey, reference));
    }
    return { outcome: "created", isParsing, notes };
  }

  // What HrFlow knew before the CV stays, where parsing has put the CV's in its place.
  const restored = subject.beforeCv && mergeProfile(current, subject.beforeCv, undefined);
  const merged = mergeProfile(restored ?? current, edit, only_edit_fields) ?? restored;
  if (merged !== undefined || !isForeseeable) await noteEchoes(update, reference, merged ?? current);
  if (merged !== undefined) await hrflow.edit(sourceKey, merged);
  const isParsing = (sent === "queued" || wasParsing) && needsCv && !hasAttachments(current);
  const changed = merged !== undefined || isSent || subject.beforeCv !== undefined;
  return { outcome: before === undefined ? "created" : changed ? "updated" : "unchanged", isParsing, notes };
}

/** What became of a CV, and what a person should know of it. */
const NOTES = {
  parsed: [],
  queued: [],
  refused: ["HrFlow does not parse a CV onto a profile that is there: it has none"],
  not_available: ["the CV could not be had from the ATS: the profile has none"],
};

/** Creates the profile; that it is there already is as good: it was created by a call whose answer was lost. */
async function createProfile(hrflow: HrflowClient, sourceKey: string, profile: RawProfile): Promise<void> {
  try {
    await hrflow.create(sourceKey, profile);
  } catch (error) {
    if (!(error instanceof DuplicateReferenceError)) throw error;
  }
}

async function sendCv(
  { source, hrflow, workflow }: Update,
  subject: Subject,
  identity: Identity,
  reference: string,
  current: RawProfile | undefined,
  edit: ProfileEdit,
): Promise<keyof typeof NOTES> {
  let file: CvFile;
  try {
    file = await source.fetchCv(identity);
  } catch (error) {
    // A CV that is not to be had must not keep the rest of the candidate away for ever.
    if (asRelayError(error, "read_failure") instanceof PermanentError) return "not_available";
    throw error;
  }
  const key = typeof current?.key === "string" ? current.key : undefined;
  // A profile that is there gets its tags by the merge, like everything else.
  const tags = current === undefined && Array.isArray(edit.tags) ? edit.tags : undefined;
  const { beforeCv } = subject;
  subject.beforeCv ??= current;
  try {
    const sourceKey = workflow.push_parameters.source_key;
    const { outcome } = await hrflow.parseFile(sourceKey, { reference, key, file, tags });
    return outcome;
  } catch (error) {
    const isRefused = error instanceof DuplicateReferenceError;
    if (isRefused || (error instanceof VendorError && error.effect === "none")) subject.beforeCv = beforeCv;
    if (isRefused) return "refused";
    throw error;
  }
}

/** The profile with its parsed CV; undefined when HrFlow does not have it yet. */
async function readParsed(
  { hrflow, workflow, environment }: Update,
  reference: string,
  sent: "parsed" | "queued",
): Promise<RawProfile | undefined> {
  const sourceKey = workflow.push_parameters.source_key;
  for (let look = 1; ; look += 1) {
    const profile = await hrflow.findByReference(sourceKey, reference);
    if (sent === "parsed" || hasAttachments(profile) || look === LOOKS_FOR_PARSED) return profile;
    const milliseconds = (SECONDS_BETWEEN_LOOKS * 1000) / environment.settings.speed;
    await environment.sleep(milliseconds, environment.abortAfter(60_000));
  }
}

function echoKeys(
  { workflow, pushesBack }: Update,
  reference: string,
): { push: CheckedPushWorkflow; key: EchoKey }[] {
  const sourceKey = workflow.push_parameters.source_key;
  const referenceHash = hashReference(reference);
  return pushesBack.map((push) => ({
    push,
    key: { workflowId: push.workflow_id, sourceKey, referenceHash },
  }));
}

/** Keeps by what its echoes will be found, should the person be erased. Comes before the first of them. */
async function rememberReference(
  { workflow, environment, pushesBack }: Update,
  subject: Subject,
  { candidateId }: Identity,
  reference: string,
): Promise<void> {
  const reference_hash = reference === candidateId ? undefined : hashReference(reference);
  if (pushesBack.length === 0 || subject.record.reference_hash === reference_hash) return;
  subject.record = { ...subject.record, reference_hash };
  await saveRecord(workflow.workflow_id, subject.row.id, subject.record, environment);
}

/** Lets the pushes to the same account wait, while nobody knows what HrFlow will make of a CV or of a new profile. */
async function holdEchoes(update: Update, reference: string, seconds: number): Promise<void> {
  for (const { key } of echoKeys(update, reference)) await holdEcho(key, seconds, update.environment);
}

/** Tells the pushes to the same account what this change will look like to them: they leave it alone. */
async function noteEchoes(update: Update, reference: string, written: RawProfile | undefined): Promise<void> {
  const profile = v.safeParse(profileSchema, written);
  if (!profile.success) return;
  for (const { push, key } of echoKeys(update, reference)) {
    const item = await prepareItem(push, profile.output).catch(() => undefined); // What cannot be pushed has no echo.
    await noteEcho(key, item?.fingerprint ?? "", update.environment);
  }
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

/** A format may name another reference than the candidate's id. */
function referenceOf(edit: ProfileEdit, identity: Identity): string {
  return typeof edit.reference === "string" && edit.reference !== "" ? edit.reference : identity.candidateId;
}

function notInHrflow(edit: ProfileEdit, identity: Identity): PermanentError {
  const { candidateId } = identity;
  // One that a format names may tell of the person.
  const isOwn = referenceOf(edit, identity) === candidateId;
  const reference = isOwn ? `the reference ${candidateId}` : "the reference that format gave";
  return new PermanentError(
    "write_failure",
    `HrFlow has no profile with ${reference} in this source; push_parameters.create_missing: true creates it`,
  );
}

function hasAttachments(profile: RawProfile | undefined): boolean {
  return Array.isArray(profile?.attachments) && profile.attachments.length > 0;
}
